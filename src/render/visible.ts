/**
 * Characters that do something to a terminal, or that cannot be seen: control characters (escape sequences among them),
 * line and paragraph separators, marks that turn the direction of writing, fillers and tags, and halves of a pair.
 * Signs that choose the look of the character before them (U+FE00 to U+FE0F) are left.
 */
export const UNSAFE =
  /(?![\ufe00-\ufe0f])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/gu

/** Text out of a log, made safe to print: what could do something to a terminal appears as `\xHH` or `\u{H}`. */
export function visible(text: string): string {
  return text.replace(UNSAFE, (c) => {
    const code = c.codePointAt(0) as number
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0').toUpperCase()}` : `\\u{${code.toString(16)}}`
  })
}
