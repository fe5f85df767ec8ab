import { LogstatError } from '../errors.js'
import { PackedError } from './packing/packed.js'

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

const DENIED = ['permission denied', 'Run logstat as a user who may read it, or give that user read access.'] as const
const REASONS: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  EACCES: DENIED,
  EPERM: DENIED,
  EBUSY: ['the file is locked by another program', 'Copy the file first, or read it after the server has rotated it.'],
  EISDIR: ['this is a directory', 'Name a file in it.'],
  ENOENT: ['no such file', 'Check the path.'],
  EIO: ['the disk reports a read error', 'Check the disk; copy the file elsewhere if that still works.'],
}

/** The file cannot be opened or read. */
export function unreadable(name: string, error: unknown): LogstatError {
  const [reason, hint] = REASONS[codeOf(error)] ?? [(error as Error).message, 'Check the file.']
  return new LogstatError('unreadable', `${name}: ${reason}`, hint)
}

/** The file can be read, but what is packed in it cannot be unpacked to its end. `kind` is what it is: gzip, zip, JSON, … */
export function damaged(name: string, kind: string, error: unknown): LogstatError {
  if (error instanceof LogstatError) return error
  const fault = faultOf(error)
  const again = 'Fetch or pack the file again; it may still have been written when it was copied.'
  switch (fault.kind) {
    case 'early':
      return new LogstatError('damaged', `${name}: the ${kind} data ends too early; what could be read is counted`, again)
    case 'trailing':
      return new LogstatError(
        'damaged',
        `${name}: after the ${kind} data ${fault.message}; all before it is counted`,
        'If it matters, cut it off and read it by itself.',
      )
    case 'unsupported':
      return new LogstatError(
        'unsupported',
        `${name}: the ${kind} data cannot be unpacked: ${fault.message}`,
        `Unpack it with its own tool: ${kind} -dc ${name} | logstat -`,
      )
    default:
      return new LogstatError('damaged', `${name}: the ${kind} data is damaged (${fault.message}); what could be read before is counted`, again)
  }
}

function faultOf(error: unknown): PackedError {
  if (error instanceof PackedError) return error
  const { message } = error as Error
  if (codeOf(error) === 'Z_BUF_ERROR') return new PackedError('early', message)
  if (codeOf(error) === 'ZSTD_error_prefix_unknown') return new PackedError('trailing', 'something follows that is no zstd')
  return new PackedError('broken', message)
}

/** The file is not what it was when it was looked at: it was rotated meanwhile. */
export function changed(name: string): LogstatError {
  return new LogstatError('changed', `${name}: the file was replaced or cut short while it was read`, 'Run this again.')
}
