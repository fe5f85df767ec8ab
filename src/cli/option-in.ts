/**
 * The value of an option in arguments that are not parsed yet: what it says is needed to parse the others, or to tell
 * what is wrong with them.
 */
export function optionIn(argv: readonly string[], name: string): string | undefined {
  const end = argv.indexOf('--')
  const options = end === -1 ? argv : argv.slice(0, end)
  const at = options.findIndex((a) => a === name || a.startsWith(`${name}=`))
  return at === -1 ? undefined : options[at] === name ? options[at + 1] : options[at]?.slice(name.length + 1)
}
