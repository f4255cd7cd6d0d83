import { desc, eq } from 'drizzle-orm'
import type { Store } from '../store/open.ts'
import { agents } from '../store/schema.ts'

/** The agent made last: who answers where nobody else is named. */
export async function newestAgent(db: Store['db'], organisationId: string): Promise<typeof agents.$inferSelect | undefined> {
  const [row] = await db
    .select()
    .from(agents)
    .where(eq(agents.organisationId, organisationId))
    .orderBy(desc(agents.createdAt), desc(agents.id))
    .limit(1)
  return row
}
