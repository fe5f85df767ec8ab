/** Levenshtein's edit distance. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min(
          (row[j] as number) + 1,
          (next[j - 1] as number) + 1,
          (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    }
    row = next
  }
  return row[b.length] as number
}

/** The name that is spelt most like `wanted`, in any case; undefined when none is near. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  const lower = wanted.toLowerCase()
  const near = names
    .map((name) => ({ name, distance: editDistance(lower, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(Math.max(lower.length, name.length) / 2)))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  return near[0]?.name
}

/** Whether a name was likely typed for another: a letter or two are wrong in it, or two changed places. */
export function isSlip(typed: string, name: string): boolean {
  const letters = (text: string): string => [...text.toLowerCase()].sort().join('')
  return (
    editDistance(typed.toLowerCase(), name.toLowerCase()) <= (name.length < 10 ? 1 : 2) ||
    letters(typed) === letters(name)
  )
}
