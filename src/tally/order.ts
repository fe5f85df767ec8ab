/** Numbers are told apart by so many places while they are sorted; below 2^32 they are whole with their place still. */
const PLACES = 2 ** 21

/**
 * The places of numbers, in the order of these; equal ones in the order of their places. Numbers sort several times
 * faster than by a function that compares places.
 *
 * @param numbers whole, from -2^31 up to 2^32; they are spent by it
 */
export function placesInOrder(numbers: Float64Array): Float64Array {
  if (numbers.length >= PLACES) throw new RangeError(`${numbers.length} numbers are more than can be sorted`)
  for (let place = 0; place < numbers.length; place++) numbers[place] = (numbers[place] as number) * PLACES + place
  numbers.sort()
  // The remainder of `%` takes several times as long.
  for (let i = 0; i < numbers.length; i++)
    numbers[i] = (numbers[i] as number) - Math.floor((numbers[i] as number) / PLACES) * PLACES
  return numbers
}
