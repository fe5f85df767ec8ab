import type { Evidence } from '../src/diagnosis/evidence.js'
import { BROWSER, clf, httperr, httperrLog, iis, log, OWN, series, visitor, visits } from './diagnosis-logs.js'
import { gather } from './oracle/evidence.js'

// For each rule a log that fires it and a near miss that does not. `severity` is that of the finding; a near miss has
// none of it, or a milder one.

export interface Case {
  readonly severity: 'act' | 'watch' | 'info'
  readonly fires: string
  readonly nearMiss: string
  /** The log of the period before. */
  readonly earlier?: () => Evidence
}
const TOOL = 'python-requests/2.32'
const STRANGER = '203.0.113.66'
const NOON = 43200
/** A page that loads an asset, so that its visitor is taken for a person. */
const slowDay = (n: number, seconds: number): string => log(visits((s, l) => clf(s, { ...l, seconds }), n))
const pool = (n: number, reason: string): string =>
  httperrLog(
    Array.from({ length: n }, (_, i) => httperr(NOON + i, { path: '/shop', status: 503, ip: visitor(i) }, reason)),
  )
const crash = (times: number): string =>
  log(
    visits(),
    ...Array.from({ length: times }, (_, k) =>
      series(40, 20000 + k * 9000, 20, (i) => ({ ip: visitor(i + k), path: '/oak', status: 502 })),
    ),
  )

export const CASES: Readonly<Record<string, Case>> = {
  'secret-handed-out': {
    severity: 'act',
    fires: log(
      visits(),
      series(1, NOON, 1, () => ({ ip: STRANGER, path: '/.env', bytes: 812, agent: TOOL })),
    ),
    nearMiss: log(
      visits((s, l) => clf(s, { ...l, bytes: l.path === '/' ? 1843 : (l.bytes ?? 0) })),
      series(1, NOON, 1, () => ({ ip: STRANGER, path: '/.env', bytes: 1843, agent: TOOL })),
    ),
  },
  'server-information-public': {
    severity: 'watch',
    fires: log(
      visits(),
      series(1, NOON, 1, () => ({ ip: STRANGER, path: '/info.php', bytes: 70123, agent: TOOL })),
    ),
    nearMiss: log(
      visits(),
      series(1, NOON, 1, () => ({ ip: '172.16.0.9', path: '/server-status', bytes: 4123, agent: TOOL })),
    ),
  },
  'upload-accepted': {
    severity: 'act',
    fires: log(
      visits(),
      series(1, NOON, 1, () => ({ ip: STRANGER, method: 'PUT', path: '/up.php', status: 201, agent: TOOL })),
    ),
    nearMiss: log(
      visits(),
      series(1, NOON, 1, () => ({ ip: STRANGER, method: 'PUT', path: '/up.php', status: 201, user: 'anna' })),
    ),
  },
  'exploit-path-answered': {
    severity: 'watch',
    fires: log(
      visits(),
      series(12, NOON, 1, (i) => ({
        ip: STRANGER,
        path: i ? `/boaform/${i}` : '/boaform/form.asp',
        status: i ? 404 : 200,
        bytes: 555,
        agent: TOOL,
      })),
    ),
    nearMiss: log(
      visits(),
      series(12, NOON, 1, (i) => ({
        ip: STRANGER,
        path: i ? `/boaform/${i}` : '/boaform/form.asp',
        status: 404,
        bytes: 555,
        agent: TOOL,
      })),
    ),
  },
  upnp: {
    severity: 'info',
    fires: httperrLog(
      Array.from({ length: 30 }, (_, i) =>
        httperr(i * 60, { path: '/upnphost/udhisapi.dll?content=uuid:1', status: 503 }, 'N/A', '-'),
      ),
    ),
    nearMiss: pool(30, 'QueueFull'),
  },
  'health-check-refused': {
    severity: 'act',
    fires: log(
      visits(),
      series(300, 0, 280, () => ({ ip: '10.0.0.9', path: '/health', status: 404, agent: 'ELB-HealthChecker/2.0' })),
    ),
    nearMiss: log(
      visits(),
      series(300, 0, 280, (i) => ({
        ip: '10.0.0.9',
        path: '/health',
        status: i === 100 ? 503 : 200,
        agent: 'ELB-HealthChecker/2.0',
      })),
    ),
  },
  'configuration-broken': {
    severity: 'act',
    fires: log(
      visits(iis),
      series(5, NOON, 60, (i) => ({ ip: visitor(i), path: '/oak', status: 500, sub: 19, win32: 126 }), iis),
    ),
    nearMiss: log(
      visits(iis),
      series(5, NOON, 60, (i) => ({ ip: visitor(i), path: '/oak', status: 500, sub: 19, win32: 64 }), iis),
    ),
  },
  'application-does-not-start': {
    severity: 'act',
    fires: log(
      visits(iis),
      series(5, NOON, 60, (i) => ({ ip: visitor(i), path: '/oak', status: 500, sub: 30 }), iis),
    ),
    nearMiss: log(
      visits(iis),
      series(1, NOON, 60, (i) => ({ ip: visitor(i), path: '/oak', status: 500, sub: 30 }), iis),
    ),
  },
  'client-certificate': {
    severity: 'act',
    fires: log(
      visits(iis),
      series(20, NOON, 60, (i) => ({ ip: `192.0.2.${i % 7}`, path: '/oak', status: 403, sub: 17 }), iis),
    ),
    nearMiss: log(
      visits(iis),
      series(2, NOON, 60, (i) => ({ ip: `192.0.2.${i % 7}`, path: '/oak', status: 403, sub: 17 }), iis),
    ),
  },
  'crash-loop': { severity: 'act', fires: crash(4), nearMiss: crash(1) },
  'pool-refuses': { severity: 'act', fires: pool(30, 'AppOffline'), nearMiss: pool(30, 'ConnLimit') },
  outage: {
    severity: 'act',
    fires: log(
      visits(),
      series(60, NOON, 10, (i) => ({ ip: visitor(i), path: '/oak', status: 500 })),
    ),
    nearMiss: log(
      visits(),
      series(60, NOON, 10, () => ({ ip: '203.0.113.9', path: '/oak', status: 500 })),
    ),
  },
  'path-fails': {
    severity: 'act',
    fires: log(
      visits(),
      series(40, 0, 2000, (i) => ({ ip: visitor(i), path: '/export', status: 500 })),
    ),
    nearMiss: log(
      visits(),
      series(40, 0, 2000, () => ({ ip: '10.0.0.3', path: '/export', status: 500, agent: 'curl/8.5.0' })),
    ),
  },
  'server-errors': {
    severity: 'act',
    fires: log(
      visits(),
      series(40, 0, 2100, (i) => ({ ip: visitor(i), path: `/p${i}`, status: 500 })),
    ),
    nearMiss: log(
      visits(),
      series(4, 0, 20000, (i) => ({ ip: visitor(i), path: `/p${i}`, status: 500 })),
    ),
  },
  'clients-give-up-on-path': {
    severity: 'act',
    fires: log(
      visits(iis),
      series(90, 0, 900, (i) => ({ ip: visitor(i), path: '/report', win32: 64, seconds: 30.02 }), iis),
    ),
    nearMiss: log(
      visits(iis),
      series(180, 0, 450, (i) => ({ ip: visitor(i), path: '/poll', win32: i % 2 ? 64 : 0, seconds: 30.02 }), iis),
    ),
  },
  'everybody-gives-up': {
    severity: 'act',
    fires: log(
      visits(),
      series(60, NOON, 20, (i) => ({ ip: visitor(i), path: i % 2 ? '/oak' : '/cart', status: 499, bytes: 0 })),
    ),
    nearMiss: log(
      visits(),
      series(60, 0, 1400, (i) => ({ ip: visitor(i), path: i % 2 ? '/oak' : '/cart', status: 499, bytes: 0 })),
    ),
  },
  'many-give-up-at-once': {
    severity: 'watch',
    fires: log(
      visits(clf, 9000),
      series(24, NOON, 40, (i) => ({ ip: visitor(i), path: `/q${i}`, status: 499, bytes: 0 })),
    ),
    nearMiss: log(
      visits(clf, 9000),
      series(24, 0, 3500, (i) => ({ ip: visitor(i), path: `/q${i}`, status: 499, bytes: 0 })),
    ),
  },
  'clients-left': {
    severity: 'act',
    fires: log(
      visits(),
      series(120, 0, 700, (i) => ({ ip: visitor(i), path: `/q${i}`, status: 499, bytes: 0 })),
    ),
    nearMiss: log(
      visits(),
      series(12, 0, 7000, (i) => ({ ip: visitor(i), path: `/q${i}`, status: 499, bytes: 0 })),
    ),
  },
  'account-unusable': {
    severity: 'watch',
    fires: log(
      visits(iis),
      series(4, NOON, 60, () => ({ path: '/mail', status: 401, sub: 1, win32: 1909 }), iis),
    ),
    nearMiss: log(
      visits(iis),
      series(2, NOON, 60, () => ({ path: '/mail', status: 401, sub: 1, win32: 1909 }), iis),
    ),
  },
  'sign-in-server-side': {
    severity: 'act',
    fires: log(
      visits(iis),
      series(12, NOON, 60, (i) => ({ ip: visitor(i), path: '/mail', status: 401, sub: 1, win32: 2148074248 }), iis),
    ),
    nearMiss: log(
      visits(iis),
      series(2, NOON, 60, (i) => ({ ip: visitor(i), path: '/mail', status: 401, sub: 1, win32: 2148074248 }), iis),
    ),
  },
  'sign-in-broken': {
    severity: 'act',
    fires: log(
      visits(),
      series(60, NOON, 300, (i) => ({ ip: visitor(i % 20), path: '/account', status: 401 })),
    ),
    nearMiss: log(
      visits(),
      series(60, NOON, 300, (i) => ({ ip: visitor(i % 20), path: '/account', status: 401 })),
      series(60, NOON + 2, 300, (i) => ({ ip: visitor(i % 20), path: '/account', user: 'anna' })),
    ),
  },
  'password-guessing': {
    severity: 'watch',
    fires: log(
      visits(),
      series(60, NOON, 2, () => ({ ip: STRANGER, method: 'POST', path: '/account', status: 401, agent: TOOL })),
    ),
    nearMiss: log(
      visits(),
      series(6, NOON, 2, () => ({ ip: STRANGER, method: 'POST', path: '/account', status: 401, agent: TOOL })),
    ),
  },
  'client-never-signs-in': {
    severity: 'watch',
    fires: log(
      visits(),
      series(20, 0, 4000, () => ({ ip: visitor(3), path: '/feed', status: 401 })),
    ),
    nearMiss: log(
      visits(),
      series(4, 0, 4000, () => ({ ip: visitor(3), path: '/feed', status: 401 })),
    ),
  },
  'redirect-loop': {
    severity: 'act',
    fires: log(
      visits(),
      ...[1, 2, 3].map((n) => series(20, NOON + n * 600, 1, () => ({ ip: visitor(n), path: '/login', status: 302 }))),
    ),
    nearMiss: log(
      visits(),
      ...[1, 2, 3].map((n) =>
        series(20, NOON + n * 600, 1, (i) => ({ ip: visitor(n), path: '/login', query: `to=${i}`, status: 302 })),
      ),
    ),
  },
  'broken-link': {
    severity: 'act',
    fires: log(
      visits(),
      series(40, 0, 2000, (i) => ({ ip: visitor(i), path: '/img/logo.svg', status: 404, referer: `${OWN}/oak` })),
    ),
    nearMiss: log(
      visits(),
      series(40, 0, 2000, (i) => ({
        ip: visitor(i),
        path: '/img/logo.svg',
        status: 404,
        referer: 'https://forum.example.net/t/1',
      })),
    ),
  },
  'wave-of-404': {
    severity: 'act',
    fires: log(
      visits(),
      series(40, NOON, 20, (i) => ({ ip: visitor(i), path: ['/oak', '/pine', '/cart'][i % 3] as string, status: 404 })),
    ),
    nearMiss: log(
      visits(),
      series(40, NOON, 20, (i) => ({
        ip: `192.0.2.${i}`,
        path: ['/oak', '/pine', '/cart'][i % 3] as string,
        status: 404,
      })),
    ),
  },
  'path-vanished': {
    severity: 'act',
    fires: log(
      visits(),
      series(20, 0, 1000, (i) => ({ ip: visitor(i), path: '/terms' })),
      series(30, NOON, 1400, (i) => ({ ip: visitor(i), path: '/terms', status: 404 })),
    ),
    nearMiss: log(
      visits(),
      series(30, NOON, 1400, (i) => ({ ip: visitor(i), path: '/terms', status: 404 })),
      series(60, NOON + 5, 700, (i) => ({ ip: visitor(i), path: '/terms' })),
    ),
  },
  'missing-path-many-people': {
    severity: 'watch',
    fires: log(
      visits(),
      series(40, 0, 2000, (i) => ({ ip: visitor(i), path: '/offer', status: 404 })),
    ),
    nearMiss: log(
      visits(),
      series(40, 0, 2000, (i) => ({ ip: `192.0.2.${i}`, path: '/offer', status: 404 })),
    ),
  },
  'limits-hit-people': {
    severity: 'act',
    fires: log(
      visits(),
      series(20, NOON, 60, (i) => ({ ip: visitor(i), method: 'POST', path: '/photo', status: 413 })),
    ),
    nearMiss: log(
      visits(),
      series(20, NOON, 60, () => ({ ip: visitor(1), method: 'POST', path: '/photo', status: 413 })),
    ),
  },
  'rate-limited': {
    severity: 'watch',
    fires: log(
      visits(),
      series(120, 0, 700, (i) => ({ ip: visitor(i), path: '/oak', status: 429 })),
    ),
    nearMiss: log(
      visits(),
      series(120, 0, 700, () => ({ ip: STRANGER, path: '/oak', status: 429, agent: TOOL })),
    ),
  },
  'filter-hits-people': {
    severity: 'act',
    fires: log(
      visits(iis),
      series(
        30,
        0,
        2000,
        (i) => ({ ip: visitor(i), path: '/files/a.dll', status: 404, sub: 7, referer: `${OWN}/oak` }),
        iis,
      ),
    ),
    nearMiss: log(
      visits(iis),
      series(30, 0, 2000, (i) => ({ ip: visitor(i), path: '/files/a.dll', status: 404, sub: 7 }), iis),
    ),
  },
  'forbidden-own-pages': {
    severity: 'act',
    fires: log(
      visits(),
      series(30, 0, 2000, (i) => ({ ip: visitor(i), path: '/files/list', status: 403, referer: `${OWN}/oak` })),
    ),
    nearMiss: log(
      visits(),
      series(30, 0, 2000, (i) => ({ ip: `192.0.2.${i}`, path: '/files/list', status: 403, referer: `${OWN}/oak` })),
    ),
  },
  'path-refused': {
    severity: 'watch',
    fires: log(
      visits(clf, 2000),
      series(24, 0, 3000, (i) => ({ ip: visitor(i), method: 'POST', path: '/collect', status: 400 })),
    ),
    nearMiss: log(
      visits(clf, 2000),
      series(24, 0, 3000, (i) => ({ ip: `192.0.2.${i}`, method: 'POST', path: '/collect', status: 400 })),
    ),
  },
  'slow-at-round-number': {
    severity: 'watch',
    fires: log(
      visits(),
      series(60, 0, 1400, (i) => ({ ip: visitor(i), path: '/price', seconds: i % 6 === 5 ? 5 + i : 10.02 })),
      series(2, 50, 1, (i) => ({ ip: visitor(i), path: '/price', status: 500 })),
    ),
    nearMiss: log(
      visits(),
      series(60, 0, 1400, (i) => ({ ip: visitor(i), path: '/price', seconds: 5 + ((i * 7) % 40) })),
      series(2, 50, 1, (i) => ({ ip: visitor(i), path: '/price', status: 500 })),
    ),
  },
  'acme-failed': {
    severity: 'watch',
    fires: log(
      visits(),
      series(6, NOON, 5, (i) => ({
        ip: `192.0.2.${i}`,
        path: '/.well-known/acme-challenge/tok',
        status: 404,
        agent: 'Mozilla/5.0 (compatible; Example validation server)',
      })),
    ),
    nearMiss: log(
      visits(),
      series(6, NOON, 5, (i) => ({
        ip: `192.0.2.${i}`,
        path: '/.well-known/acme-challenge/tok',
        status: i ? 404 : 200,
        agent: BROWSER,
      })),
    ),
  },
  'connections-without-request': {
    severity: 'info',
    fires: httperrLog(Array.from({ length: 20 }, (_, i) => httperr(i, { path: '-' }, 'Timer_ConnectionIdle', '-'))),
    nearMiss: pool(20, 'QueueFull'),
  },
  'asked-for-by-themselves': {
    severity: 'info',
    fires: log(
      visits(),
      series(200, 0, 400, (i) => ({ ip: visitor(i), path: '/favicon.ico', status: 404, referer: `${OWN}/oak` })),
    ),
    nearMiss: log(
      visits(),
      series(200, 0, 400, (i) => ({ ip: visitor(i), path: '/favicon.ico' })),
    ),
  },
  scanners: {
    severity: 'info',
    fires: log(
      visits(),
      series(200, 0, 400, (i) => ({
        ip: STRANGER,
        path: ['/wp-login.php', '/.env', '/phpmyadmin/'][i % 3] as string,
        status: 404,
        agent: TOOL,
      })),
    ),
    nearMiss: log(
      visits(),
      series(200, 0, 400, (i) => ({ ip: visitor(i), path: '/shop.php' })),
    ),
  },
  'robots-on-missing-pages': {
    severity: 'info',
    fires: log(
      visits(),
      series(50, 0, 400, (i) => ({
        ip: '192.0.2.9',
        path: `/old/${i}`,
        status: 404,
        agent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      })),
    ),
    nearMiss: log(
      visits(),
      series(50, 0, 400, (i) => ({
        ip: '192.0.2.9',
        path: `/old/${i}`,
        agent: 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      })),
    ),
  },
  'strangers-at-the-door': {
    severity: 'info',
    fires: log(
      visits(),
      series(50, 0, 400, (i) => ({ ip: `192.0.2.${i}`, path: '/', status: 403 })),
    ),
    nearMiss: log(visits()),
  },
  'new-code': {
    severity: 'watch',
    fires: log(
      visits(iis),
      series(8, 0, 9000, (i) => ({ ip: visitor(i), path: `/p${i}/`, status: 403, sub: 14 }), iis),
    ),
    nearMiss: log(
      visits(iis),
      series(2, 0, 9000, (i) => ({ ip: visitor(i), path: `/p${i}/`, status: 403, sub: 14 }), iis),
    ),
    earlier: () => gather(log(visits(iis))),
  },
  code: {
    severity: 'act',
    fires: log(
      visits(iis),
      series(90, 0, 900, (i) => ({ ip: visitor(i), path: `/p${i}/`, status: 403, sub: 14 }), iis),
    ),
    nearMiss: log(
      visits(iis),
      series(90, 0, 900, () => ({ ip: visitor(1), path: '/p/', status: 403, sub: 14 }), iis),
    ),
  },
  slower: {
    severity: 'watch',
    fires: slowDay(300, 2),
    nearMiss: slowDay(300, 0.2),
    earlier: () => gather(slowDay(300, 0.2)),
  },
  'lines-not-understood': {
    severity: 'watch',
    fires: log(
      visits(),
      Array.from({ length: 60 }, (_, i) => [i, 'PHP Warning: no such thing'] as [number, string]),
    ),
    nearMiss: log(
      visits(),
      Array.from({ length: 6 }, (_, i) => [i, 'PHP Warning: no such thing'] as [number, string]),
    ),
  },
  'entries-without-time': {
    severity: 'watch',
    fires: log(visits(iis)).replace(/^2026-10-05 0[0-3]/gm, '- 0'),
    nearMiss: log(visits(iis)).replace(/^2026-10-05 00:0\d/gm, '- 00:00'),
  },
  'log-gap': {
    severity: 'watch',
    fires: log(visits(clf, 3000, 0, 30000), visits(clf, 3000, 36000, 86400)),
    nearMiss: log(visits(clf, 6000)),
  },
  'clock-went-back': {
    severity: 'watch',
    fires: `${log(visits(clf, 300, 0, NOON))}${log(visits(clf, 20, NOON - 3600, NOON - 600))}${log(visits(clf, 300, NOON, 86400))}`,
    nearMiss: log(visits()),
  },
}
