import { LogstatError } from '../errors.js'
import { count } from '../render/cells.js'
import { mergeDatabases } from '../store/merge.js'

/** `logstat merge A.db B.db… -o ALL.db` */
export async function merge(
  files: readonly string[],
  { output, quiet }: { readonly output: string; readonly quiet?: boolean },
): Promise<number> {
  if (files.length < 2)
    throw new LogstatError(
      'merge',
      { en: 'there is nothing to merge: name two databases or more', zh: '没有可合并的内容：请指定两个或更多数据库' },
      'logstat merge A.db B.db -o ALL.db',
    )
  for (const { file, added, shared } of mergeDatabases(files, output))
    if (!quiet)
      process.stdout.write(
        `${file}: ${count(added)} sources taken${shared ? `, ${count(shared)} known from a database before it` : ''}\n`,
      )
  return 0
}
