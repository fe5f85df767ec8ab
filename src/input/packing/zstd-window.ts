/** Largest window (log2) that is unpacked: what `zstd -d` takes without asking, and `zstd --long` writes. */
export const WINDOW_LOG = 27

export const WINDOW_TOO_LARGE = {
  en: 'it needs a window of more than 128 MiB (zstd --long=28 or more)',
  zh: '所需窗口超过 128 MiB（zstd --long=28 或更大）',
}
