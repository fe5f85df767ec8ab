// Shared by the kernel (AssemblyScript) and its host (TypeScript): both read this file, so the numbers cannot drift
// apart.

/**
 * A role says what a field of a line is for. The cutters fill one span (start, end) for each role; role 0 is cut and
 * forgotten.
 */
export enum Role {
  Skip = 0,
  ClientIp = 1,
  /** A whole time stamp: CLF, ISO 8601 or epoch, told apart by its shape. */
  Time = 2,
  /** W3C `date`, `YYYY-MM-DD`; joined with TimeOfDay. */
  Date = 3,
  TimeOfDay = 4,
  /** A request line, `GET /a?b HTTP/1.1`. */
  Request = 5,
  Method = 6,
  /** A path or URI; a query is cut off. */
  Uri = 7,
  Status = 8,
  Substatus = 9,
  Win32Status = 10,
  BytesSent = 11,
  TimeTaken = 12,
  Referer = 13,
  UserAgent = 14,
  Host = 15,
  /** A sub-code in words. */
  Reason = 16,
  /** All before the time of a CLF relative; the client is searched in it. */
  Prefix = 17,
  /** Statuses of the servers behind this one, `502, 200`: evidence of who made the status. */
  UpstreamStatus = 18,
  /**
   * A JSON value that must begin with the plan's leading text: it tells access records from others in the same file.
   */
  Guard = 19,
  /** The size of the request. */
  BytesReceived = 20,
  User = 21,
  /** The query behind the path, where it is a field of its own. */
  Query = 22,
  Count = 23,
}

/** How a field of a delimited layout ends. */
export enum Rule {
  /** At the first occurrence of the literal that follows it. */
  Plain = 0,
  /** The same, but a quote after an odd number of backslashes does not count. */
  Quoted = 1,
  /** Plain, and blanks stand only after a comma: one address or a list of them. */
  List = 2,
  /** UntilTime, and without a `-` between blanks: a user name, which may hold blanks, but no shifted column. */
  User = 3,
  /** At a blank or the end of the line; what follows is tolerated. */
  Word = 4,
  /** Quoted, and what follows the closing quote is tolerated. */
  LastQuoted = 5,
  /** Plain, without blanks inside; blanks before it are padding. */
  Token = 6,
  /** A token that ends with `:port`, which is cut off. */
  AddressPort = 7,
  /** A list of what several servers behind did, `0.001, 0.204 : 0.010`: blanks stand beside its commas and colons. */
  Chain = 8,
  /** Up to the end of the line, which was cut off. */
  Rest = 9,
  /** Plain, not ending with a comma and without a quote in front: a host, but not the first of a list of addresses. */
  Host = 10,
  /** Plain, but what follows must begin as a time does: a name that its client made up may hold the literal, too. */
  UntilTime = 11,
  /** A token that is a number, or `-`. */
  Number = 12,
  /** A request line without quotes: it ends behind its ` HTTP/1.1`. */
  RequestLine = 13,
  /** The same; one without a version ends before three digits, the status. */
  RequestAndStatus = 14,
  /** A number with a fraction, as seconds are written, ended by a blank or the line; in quotes one of three digits. */
  Fraction = 15,
}

/** Properties of a plan, as bits. */
export enum Flag {
  /**
   * Status is three digits or `-` and bytes a number or `-`; anything else means that the line is of another layout.
   */
  Strict = 1,
  /** A 400 is split by its request, as far as that shows what was wrong. */
  Derive400 = 2,
  /** The sizes of nginx's own error pages are evidence, too. */
  NginxPages = 4,
  /** A line whose method is none is of another layout. */
  NeedsMethod = 8,
  /** Dates written with slashes begin with the month. */
  MonthFirst = 16,
  /** Who made an error is told by the statuses of the servers behind. */
  DeriveMaker = 32,
  /** Dates and times are in the zone of the log. */
  LocalTime = 64,
  /** The layout is a guess: an entry must have a time, an address, a method and a likely status. */
  Checked = 128,
  /** A JSON object is an access record only if it names a request, too. */
  NeedsRequest = 256,
  /** The reason is of interest for errors alone. */
  ReasonOfErrors = 512,
  /** A line whose time cannot be read is of another layout. */
  NeedsTime = 1024,
  /** A 502 or 504 that a server behind is said to have made is not this server's own. */
  ExactMaker = 2048,
  /** The server writes every URI with scheme and host in front. */
  AbsoluteUri = 4096,
  /** A line with something behind its last field is of another layout. */
  NoTail = 8192,
  /**
   * A JSON object is a record of the format only if it has one of its guard keys, and the value begins with the leading
   * text.
   */
  Guarded = 16384,
  /** Errors of Windows' network stack stand in the column of the status, too: such a number is none. */
  ForeignStatus = 32768,
}

/** How lines are cut. */
export enum Cutter {
  /** No layout is known (yet): every line that is not ignored is rejected. */
  None = 0,
  Delimited = 1,
  W3c = 2,
  Json = 3,
  /** Labelled values between tabs: `status:200`. */
  Ltsv = 4,
}

/** Why a line was rejected. Order and names are those of `REJECT_REASONS` in kernel.ts. */
export enum Reject {
  None = 0,
  /** The line does not fit the layout. */
  Layout = 1,
  /** A W3C record with more or fewer values than `#Fields` names. */
  FieldCount = 2,
  Status = 3,
  Substatus = 4,
  /** The size of a response is no number, where the layout is told by it. */
  Bytes = 5,
  /** Longer than the kernel's buffer. */
  TooLong = 6,
  /** A W3C record before any `#Fields` line. */
  NoFields = 7,
  Count = 8,
}

/** The lists kept for each code, in the order of the value tables. */
export enum Dimension {
  Path = 0,
  Client = 1,
  Referer = 2,
  UserAgent = 3,
  Method = 4,
  Host = 5,
  Count = 6,
}

/** Why `run` came back. */
export enum Event {
  /** All complete lines are counted. */
  Done = 0,
  /** A `#Fields` line stands at `eventStart`; set the plan, then run on. */
  Fields = 1,
  /** A table that must stay exact is full: take the tally out, clear it, then run on. */
  Full = 2,
  /** The next line is the first of a later period: take the tally out, clear it, then run on. */
  Period = 3,
}
