import type { News } from './news.js'
import type { WebKind, WebTarget } from './target.js'

// Bodies that each kind of webhook is sent. Text out of a log is made harmless for the language that the receiver reads
// it in.

interface Post {
  readonly url: string
  readonly body: unknown
}
type Body = (url: string, news: News, target: WebTarget) => Post

const isGood = ({ kind }: News): boolean => kind === 'resolved'
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()

/** Characters of a text that a message may hold. */
const LONGEST = 3000
const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)

export const BODIES: Readonly<Record<WebKind, Body>> = {
  webhook: (url, { html: _, ...news }) => ({ url, body: { schema: 'logstat.news/1', ...news, at: iso(news.at) } }),

  // https://docs.slack.dev/messaging/formatting-message-text: these three are escaped, a code block ends at ```.
  slack: (url, news) => ({
    url,
    body: {
      text: `${isGood(news) ? ':white_check_mark:' : ':rotating_light:'} *${slack(news.subject)}*\n\`\`\`${slack(cut(news.text))}\`\`\``,
    },
  }),

  // A flow "Post to a channel when a webhook request is received" takes an Adaptive Card.
  teams: (url, news) => ({
    url,
    body: {
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          contentUrl: null,
          content: {
            $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
            type: 'AdaptiveCard',
            version: '1.4',
            msteams: { width: 'Full' },
            body: [
              {
                type: 'TextBlock',
                size: 'Medium',
                weight: 'Bolder',
                wrap: true,
                color: isGood(news) ? 'Good' : 'Attention',
                text: markdown(news.subject),
              },
              { type: 'TextBlock', wrap: true, fontType: 'Monospace', text: markdown(cut(news.text)) },
            ],
          },
        },
      ],
    },
  }),

  // JSON goes to the root of the server, with the topic in it.
  ntfy(url, news) {
    const place = new URL(url)
    const topic = place.pathname.split('/').filter(Boolean).at(-1) ?? ''
    place.pathname = place.pathname.slice(0, place.pathname.lastIndexOf(topic))
    const [priority, tag] = isGood(news) ? [3, 'white_check_mark'] : [5, 'rotating_light']
    return { url: place.href, body: { topic, title: news.subject, message: cut(news.text), priority, tags: [tag] } }
  },

  // https://prometheus.io/docs/alerting/latest/clients: an alert is the same as long as its labels are.
  alertmanager: (url, news, { labels = {} }) => ({
    url: url.includes('/api/v2/alerts') ? url : `${url.replace(/\/+$/, '')}/api/v2/alerts`,
    body: [
      ...news.problems.map((problem) => ({ problem, endsAt: iso(news.validUntil) })),
      ...news.resolved.map((problem) => ({ problem, endsAt: iso(news.at) })),
    ].map(({ problem: { id, title, since }, endsAt }) => ({
      labels: {
        alertname: 'logstat',
        problem: id,
        instance: news.host,
        job: news.job,
        severity: 'critical',
        ...labels,
      },
      annotations: { summary: title, description: cut(news.text) },
      startsAt: iso(Math.min(since, news.at)),
      endsAt,
    })),
  }),
}

const slack = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('`', 'ˋ')

/** Nothing is a link, a heading or a list; lines stay lines. */
const markdown = (text: string): string => text.replace(/[\\`*_[\]<>#~|]/g, '\\$&').replaceAll('\n', '\n\n')
