/**
 * Hand out items in their order, while the next ones are already asked for and begun.
 *
 * @param n so many are begun at once, the one that is handed out among them
 */
export async function* ahead<T, U>(items: AsyncGenerator<T>, n: number, begin: (item: T) => U): AsyncGenerator<U> {
  const begun: Promise<IteratorResult<U>>[] = []
  const next = async (): Promise<IteratorResult<U>> => {
    const item = await items.next()
    return item.done ? { done: true, value: undefined } : { done: false, value: begin(item.value) }
  }
  for (;;) {
    while (begun.length < n) {
      const item = next()
      // A failure is met when its turn comes, if it comes.
      item.catch(() => {})
      begun.push(item)
    }
    const item = await begun.shift()
    if (!item || item.done) return
    yield item.value
  }
}
