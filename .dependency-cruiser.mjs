// Import directions of the house (ARCHITECTURE.md, "where things go"). `npm run check` applies them; test/rules.test.ts proves that each one bites.

/** Tests and their kits may reach anywhere; nothing that ships may reach them. */
const TESTS = ['[.]test[.]ts$', '[.]test-kit[.]ts$', '[.]e2e[.]ts$', '/conformance[.]ts$']
/** Words of the house that every room shares: types of calls and of who answers, nothing that runs for long. */
const SHARED = '^relay/src/(calls/ports|agents/persona)[.]ts$'

const outer = '^relay/src/(http|live|dialer|lines)/'
const middle = '^relay/src/(calls|agents|gate|access)/'
const media = '^relay/src/(carriers|engines|legs)/'
const ground = '^relay/src/(audio|protocol|store)/'
/** Processes and the composition root: the only files that know all rooms. */
const roots = '^relay/src/(main|relay|relays|telephones|doctor)[.]ts$'

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from: { pathNot: TESTS, ...from }, to })

export default {
  forbidden: [
    // A type, or a part loaded on first use, closes no circle at run time.
    rule(
      'no-circles',
      'two files that need each other are one idea or need a third',
      {},
      {
        circular: true,
        viaOnly: { dependencyTypesNot: ['type-only', 'dynamic-import'] },
      },
    ),
    rule('resolvable', 'every import must lead somewhere', {}, { couldNotResolve: true }),
    rule('declared', 'a package must stand in this package.json', {}, { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] }),
    rule(
      'no-dev-at-run-time',
      'what ships may not need a devDependency',
      { path: '^(relay|demo|widget)/src/' },
      {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
      },
    ),
    rule('tests-stay-outside', 'what ships never imports a test or its kit', { path: '^(relay|demo|widget)/src/' }, { path: TESTS }),
    rule(
      'test-folders-stay-outside',
      'a folder of a test kit is reached by tests alone',
      { path: '^relay/src/', pathNot: [...TESTS, '[.]test-kit/'] },
      { path: '[.]test-kit/' },
    ),
    rule(
      'carriers-by-the-table',
      'a carrier is one folder and one line: only the table knows it, and words that it shares with settings',
      {
        path: '^relay/src/(?!carriers/)|^relay/src/carriers/[^/]+[.]ts$',
        pathNot: [...TESTS, '^relay/src/carriers/index[.]ts$', '^relay/src/settings/table[.]ts$'],
      },
      { path: '^relay/src/carriers/[^/]+/' },
    ),
    rule(
      'carriers-stand-alone',
      'what two carriers need stands beside their folders',
      { path: '^relay/src/carriers/([^/]+)/' },
      { path: '^relay/src/carriers/[^/]+/', pathNot: '^relay/src/carriers/$1/' },
    ),
    rule('relay-knows-no-demo', 'the relay runs without the demo', { path: '^relay/' }, { path: '^(demo|test)/' }),
    rule(
      'sandbox-knows-no-relay',
      'a misread protocol must not pass its own tests',
      { path: '^demo/src/sandbox/' },
      {
        path: '^(relay|widget|demo/src/(?!sandbox/))',
      },
    ),
    rule(
      'widget-takes-types-only',
      'zod alone is larger than the widget: import type',
      { path: '^widget/src/' },
      {
        path: '^relay/',
        dependencyTypesNot: ['type-only'],
      },
    ),
    rule('widget-stands-alone', 'the widget knows neither demo nor test', { path: '^widget/' }, { path: '^(demo|test)/' }),
    rule(
      'demo-uses-the-door',
      'the demo takes the relay by its package exports',
      { path: '^demo/src/' },
      {
        path: '^relay/src/(?!relay[.]ts$|settings[.]ts$|protocol/)',
      },
    ),
    rule('calls-know-no-vendor', 'relay.ts injects legs, engines and carriers', { path: '^relay/src/calls/' }, { path: media }),
    rule(
      'calls-know-no-store',
      'only the log writes and reads',
      {
        path: '^relay/src/calls/',
        pathNot: [...TESTS, '^relay/src/calls/log/'],
      },
      { path: '^relay/src/store/' },
    ),
    rule('middle-imports-down', 'http, live, dialer and lines are above', { path: middle }, { path: outer }),
    rule(
      'lines-import-down',
      'who asks for a call stands above',
      { path: '^relay/src/lines/' },
      { path: '^relay/src/(http|live|dialer)/' },
    ),
    rule(
      'media-imports-down',
      'carriers, engines and legs know a call by its types alone',
      { path: media },
      {
        path: [outer, middle],
        pathNot: SHARED,
        dependencyTypesNot: ['type-only'],
      },
    ),
    rule(
      'ground-imports-nothing-above',
      'audio, protocol and store stand lowest',
      { path: ground },
      {
        path: [outer, middle, media],
        pathNot: SHARED,
      },
    ),
    rule('protocol-stands-alone', 'pages read it too', { path: '^relay/src/protocol/' }, { path: '^relay/src/(?!protocol/)' }),
    rule(
      'no-room-knows-the-root',
      'the composition root knows the rooms, never the other way',
      { path: '^relay/src/', pathNot: [...TESTS, roots] },
      {
        path: roots,
      },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: ['(^|/)(dist|results)/'] },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
}
