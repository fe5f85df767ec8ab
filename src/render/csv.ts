/** One record of RFC 4180, with its line end. */
export const csvRecord = (fields: readonly string[], separator = ','): string =>
  `${fields.map((field) => csvField(field, separator)).join(separator)}\r\n`

/**
 * A field of CSV or TSV. Text that a spreadsheet would take for a formula gets an apostrophe in front
 * (https://owasp.org/www-community/attacks/CSV_Injection); a plain number stays a number.
 */
function csvField(text: string, separator: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(?:\.\d+)?$/.test(text) ? `'${text}` : text
  return safe.includes(separator) || /["\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
