import type { Format } from '../format.js'

export default {
  name: 'django',
  title: 'Django runserver',
  server: null,
  family: 'own',
  layout: '[$date $time_of_day] "$request" $status $body_bytes_sent',
  samples: [
    {
      line: '[07/Oct/2023 12:00:01] "GET /x?y HTTP/1.1" 404 1234',
      entry: { method: 'GET', uriStem: '/x', status: 404, bytesSent: 1234 },
    },
  ],
  source: 'https://docs.djangoproject.com/en/stable/ref/logging/#django-server',
} satisfies Format
