/** Markdown as a person would read it aloud: marks gone, words kept, a full stop where a line ended without one. */
export function withoutMarkdown(text: string): string {
  return text
    .replace(/^[ \t]*(```|~~~).*$/gm, '')
    .replace(/^[ \t]*([-*_][ \t]*){3,}$/gm, '')
    .replace(/^[ \t]*\|?[ \t]*:?-{2,}[-:| \t]*$/gm, '')
    .replace(/^[ \t]*\|(.*)\|[ \t]*$/gm, (_, cells: string) =>
      cells
        .split('|')
        .map((cell) => cell.trim())
        .join(', '),
    )
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*\)/g, '$1')
    .replace(/<((?:https?:\/\/|mailto:)[^>\s]+)>/g, '$1')
    .replace(/<\/?[a-z][^>\n]{0,200}>/gi, ' ')
    .replace(/^[ \t]*(?:#{1,6}|>+|[-*+•])[ \t]+/gm, '')
    .replace(/^[ \t]*(\d{1,2})[.)][ \t]+/gm, '$1, ')
    .replace(/`+([^`\n]*)`+/g, '$1')
    .replace(/(\*\*|__|~~)(?=\S)([^\n]*?\S)\1/g, '$2')
    .replace(/(?<![\w*])([*_])(?=\S)([^*_\n]*?\S)\1(?![\w*])/g, '$2')
    .replace(/\\([\\`*_{}[\]()#+\-.!|>])/g, '$1')
    .split(/\n+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line, at, lines) => (at < lines.length - 1 && /[\p{L}\p{N})\]"'”’]$/u.test(line) ? `${line}.` : line))
    .join(' ')
}
