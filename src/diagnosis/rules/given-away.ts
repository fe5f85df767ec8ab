import type { CodeEvidence } from '../evidence.js'
import { groupBy, least, num, say, sumOf } from '../finding.js'
import type { Rule } from '../rule.js'
import { isPrivate, type Row, type View } from '../view.js'

// Things that were given away: secrets, uploads, and holes that answered.

const isAnswer = ({ status }: CodeEvidence): boolean =>
  status !== null && status >= 200 && status < 300 && status !== 204

const answeredProbes = (view: View): Row[] =>
  view.rows.filter((r) => isAnswer(r.of) && r.kind.startsWith('probe-') && !r.isWrite)

/** True when the site gives this answer to anything: then its size says that nothing was given away. */
function isCatchAll(view: View, rows: readonly Row[], path: string, answered: readonly Row[]): boolean {
  const { rootSizes, sizes } = view.evidence
  const probes = answered.filter((r) => r.path !== path)
  return rows.every(({ bytes }) => {
    if (bytes === null) return new Set(probes.map((r) => r.path)).size >= 2
    if ([...rootSizes.keys()].some((size) => Math.abs(size - bytes) <= 2)) return true
    const alike = new Set(
      probes.filter((r) => r.bytes !== null && Math.abs(r.bytes - bytes) <= 0.005 * bytes).map((r) => r.path),
    ).size
    return alike >= 2 || (sizes.get(bytes) ?? 0) >= Math.max(10, view.answered2xx / 100)
  })
}

const secrets = (view: View, soft: boolean): Row[] =>
  view.open(
    isAnswer,
    (r) =>
      r.kind === 'probe-secret' &&
      !r.isWrite &&
      !r.hasUser &&
      !r.isOwn &&
      r.bytes !== 0 &&
      (r.about.class === 'probe-secret/server-information') === soft,
  )

const sizeOf = (rows: readonly Row[]): string => (rows[0]?.bytes == null ? '' : num(rows[0].bytes))

export const secretHandedOut: Rule = {
  id: 'secret-handed-out',
  title: say('A file with secrets was sent to a stranger', '含机密的文件被发送给陌生访客'),
  looks: say(
    'Answers 2xx to requests for secrets: .env, .git, keys, dumps, backups.',
    '对机密文件（.env、.git、密钥、转储、备份）请求的 2xx 响应。',
  ),
  condition: say(
    'Any, with a body, without user name and not from an own page, unless the site gives this answer to everything.',
    '任意一次：有正文、无用户名、并非来自本站页面，且不是站点对所有请求的统一响应。',
  ),
  severities: ['act', 'info'],
  falseAlarms: say(
    'A site that answers everything with its start page: the size is that of `/`, of two other probes, or of one page in a hundred.',
    '站点以首页响应所有请求：此时大小与 `/`、另外两次探测或百分之一的页面相同。',
  ),
  *find(view) {
    const answered = answeredProbes(view)
    const everything: Row[] = []
    for (const [path, rows] of groupBy(secrets(view, false), (r) => r.path)) {
      if (isCatchAll(view, rows, path, answered)) {
        everything.push(...rows)
        continue
      }
      const who = rows[0]?.client ?? ''
      const first = least(rows.map((r) => r.first))
      const when = first === null ? '' : view.clock(first)
      yield {
        severity: 'act',
        title: say(`A file with secrets was sent to a stranger: ${path}`, `含机密的文件被发送给陌生访客：${path}`),
        rows,
        people: 1200,
        boost: 2,
        verdict: 'security',
        evidence: [
          say(
            `${who} asked for it${when && ` at ${when}`} and got ${sizeOf(rows) || 'an answer of unknown size'}${sizeOf(rows) && ' bytes'}.`,
            `${who}${when && ` 于 ${when}`} 请求，收到${sizeOf(rows) ? ` ${sizeOf(rows)} 字节` : '响应（大小未知）'}。`,
          ),
          say(
            'No other page has this size, so it is not what the site answers to everything.',
            '没有其他页面的大小与此相同，因此并非站点的统一响应。',
          ),
        ],
        checks: [
          say(
            'Open the address yourself. If it is the file, change every password and key in it now.',
            '亲自打开该地址。如果确实是该文件，立即更换其中的所有密码和密钥。',
          ),
          say('Then block such files in the configuration of the server.', '然后在服务器配置中禁止访问此类文件。'),
        ],
      }
    }
    if (everything.length > 0)
      yield {
        severity: 'info',
        title: say(
          'The site answers every path, so probes get its start page',
          '站点对任意路径都有响应，探测得到的只是首页',
        ),
        rows: everything,
        evidence: [
          say(
            `${num(sumOf(everything))} probes got an answer of the size of an ordinary page.`,
            `${num(sumOf(everything))} 次探测得到与普通页面大小相同的响应。`,
          ),
        ],
      }
  },
}

export const serverInformationPublic: Rule = {
  id: 'server-information-public',
  title: say('Information about the server is public', '服务器信息可被公开访问'),
  looks: say(
    'Answers 2xx to phpinfo, server-status, .DS_Store and the like.',
    '对 phpinfo、server-status、.DS_Store 等的 2xx 响应。',
  ),
  condition: say('Any, as for secrets.', '任意一次，条件与机密文件相同。'),
  severities: ['watch'],
  falseAlarms: say(
    'As for secrets; own monitoring that reads server-status from a private address.',
    '与机密文件相同；以及自有监控从内网读取 server-status。',
  ),
  *find(view) {
    const answered = answeredProbes(view)
    for (const [path, rows] of groupBy(secrets(view, true), (r) => r.path)) {
      if (isCatchAll(view, rows, path, answered) || rows.every((r) => r.agent === 'monitor' || isPrivate(r.client)))
        continue
      yield {
        severity: 'watch',
        title: say(`Information about the server is public: ${path}`, `服务器信息可被公开访问：${path}`),
        rows,
        boost: 5,
        verdict: 'security',
        evidence: [
          say(
            `${num(sumOf(rows))} answers of ${sizeOf(rows) || 'unknown'} bytes.`,
            `${num(sumOf(rows))} 次响应，${sizeOf(rows) || '未知'} 字节。`,
          ),
        ],
        checks: [
          say('Remove the file, or allow it from your own addresses only.', '删除该文件，或仅允许自有地址访问。'),
        ],
      }
    }
  },
}

export const uploadAccepted: Rule = {
  id: 'upload-accepted',
  title: say('A stranger stored a script on the server', '陌生访客在服务器上存放了脚本'),
  looks: say(
    'PUT, MOVE or COPY to a script answered 2xx, and later answers of the same path.',
    '对脚本的 PUT、MOVE、COPY 得到 2xx 响应，以及该路径之后的响应。',
  ),
  condition: say('Any, without user name.', '任意一次，且没有用户名。'),
  severities: ['act'],
  falseAlarms: say('WebDAV editors: they sign in, so there is a user name.', 'WebDAV 编辑：会先登录，因此有用户名。'),
  *find(view) {
    const writes = view.open(isAnswer, (r) => r.isWrite && !r.hasUser)
    for (const [path, rows] of groupBy(writes, (r) => r.path)) {
      const called = view.open(isAnswer, (r) => !r.isWrite && r.path === path)
      const calls = Math.max(sumOf(called), rows[0]?.about.answeredSince ?? 0)
      yield {
        severity: 'act',
        title: say(`A stranger stored a script on the server: ${path}`, `陌生访客在服务器上存放了脚本：${path}`),
        rows: [...rows, ...called],
        people: 1000 + (calls > 0 ? 1000 : 0),
        boost: 2,
        verdict: 'security',
        evidence: [
          say(
            `${rows[0]?.client} sent it with ${rows[0]?.of.status === 201 ? 'PUT and it was created (201)' : 'PUT, MOVE or COPY'}.`,
            `${rows[0]?.client} 以 PUT、MOVE 或 COPY 发送，服务器已接受（${rows[0]?.of.status}）。`,
          ),
          calls > 0
            ? say(`The script was then called ${num(calls)} times.`, `之后被调用 ${num(calls)} 次。`)
            : say('The script was not called in this log.', '在此日志中尚未被调用。'),
        ],
        checks: [
          say(
            'Take the file away, keep a copy, and look for others of the same time.',
            '移走该文件并保留副本，同时查找同一时间的其他文件。',
          ),
          say(
            'Then forbid PUT where nobody needs it, and treat the server as broken into.',
            '然后在不需要的位置禁止 PUT，并将该服务器视为已被入侵。',
          ),
        ],
      }
    }
  },
}

export const exploitPathAnswered: Rule = {
  id: 'exploit-path-answered',
  title: say('A known hole was answered', '已知漏洞的路径得到响应'),
  looks: say(
    'Answers 2xx to paths of known holes, to a client that attacks.',
    '向攻击者返回的、对已知漏洞路径的 2xx 响应。',
  ),
  condition: say(
    'Any, with a body, unless the site gives this answer to everything.',
    '任意一次：有正文，且不是站点对所有请求的统一响应。',
  ),
  severities: ['watch'],
  falseAlarms: say('A site that answers everything.', '对任意路径都有响应的站点。'),
  *find(view) {
    const answered = answeredProbes(view)
    const rows = view.open(isAnswer, (r) => r.kind === 'probe-exploit' && r.isAttacker && !r.isWrite && r.bytes !== 0)
    for (const [path, group] of groupBy(rows, (r) => r.path)) {
      if (isCatchAll(view, group, path, answered)) continue
      yield {
        severity: 'watch',
        title: say(`A path of a known hole was answered: ${path}`, `已知漏洞的路径得到响应：${path}`),
        rows: group,
        verdict: 'security',
        evidence: [
          say(
            `${num(sumOf(group))} answers of ${sizeOf(group) || 'unknown'} bytes to a client that attacks.`,
            `向攻击者返回 ${num(sumOf(group))} 次响应，${sizeOf(group) || '未知'} 字节。`,
          ),
        ],
        checks: [
          say(
            'Open the address: does it belong to something that runs here?',
            '打开该地址：它是否属于此处运行的程序？',
          ),
        ],
      }
    }
  },
}
