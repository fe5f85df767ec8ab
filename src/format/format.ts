/** Servers whose codes the catalogue knows apart; also the values of `--server`. */
export const SERVERS = [
  'nginx',
  'apache',
  'iis',
  'httpsys',
  'haproxy',
  'cloudflare',
  'aws-elb',
  'aws-classic-elb',
  'aws-cloudfront',
  'aws-s3',
  'varnish',
  'envoy',
  'traefik',
  'caddy',
  'squid',
  'fastly',
  'akamai',
] as const
export type Server = (typeof SERVERS)[number]

/** Fields of an entry, in the words of RFC 9110 and the W3C extended log format. */
export interface Entry {
  readonly clientIp?: string
  readonly method?: string
  readonly uriStem?: string
  readonly status: number | null
  readonly substatus?: number
  readonly win32Status?: number
  readonly bytesSent?: number
  readonly referer?: string
  readonly userAgent?: string
  readonly host?: string
  readonly reason?: string
}

/** A line and what must be read from it; each sample is a test. */
export interface Sample {
  readonly line: string
  readonly entry: Entry
}

/** Layouts that are told apart line by line when they stand in one file. */
export type Family = 'clf' | 'w3c'

/** A log format as data. Adding one is adding a file under records/ and its name to registry.ts. */
export interface Format {
  /** As in `--log-format` and in reports. */
  readonly name: string
  readonly title: string
  /** Other names people use for it, GoAccess's among them; compared without case. */
  readonly aliases?: readonly string[]
  readonly server: Server | null
  readonly family: Family
  /** nginx notation; text between the variables is literal. Absent for W3C, whose layout is the log's own `#Fields` line. */
  readonly layout?: string
  readonly samples: readonly Sample[]
  /** Where the layout is defined. */
  readonly source: string
}
