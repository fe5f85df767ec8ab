import { type Plan, type ScheduleFile, two } from './plan.js'

// A service of systemd that may read the logs, write beside its database, and do little else; and its timer.

/** First line of each file that logstat makes: no other file is replaced or removed. */
export const MADE_BY = '# Made by logstat schedule'

export function systemdFiles(plan: Plan): readonly [ScheduleFile, ScheduleFile] {
  const unit = `logstat-${plan.name}`
  return [
    { name: `${unit}.service`, text: service(plan) },
    { name: `${unit}.timer`, text: timer(plan) },
  ]
}

const service = ({ name, command, writes }: Plan): string => `${MADE_BY}
[Unit]
Description=logstat summary ${name}
After=network-online.target logrotate.service
Wants=network-online.target

[Service]
Type=oneshot
# The colon: nothing is taken for a variable.
ExecStart=:${command.map(unitWord).join(' ')}
# 1: a threshold is exceeded, which is no failure of the service.
SuccessExitStatus=1
TimeoutStartSec=2h
Nice=10
# Secrets of the job, where they are not in files: NAME=value.
EnvironmentFile=-/etc/logstat/environment
ReadWritePaths=${writes.map(unitWord).join(' ')}
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
NoNewPrivileges=yes
CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_DAC_OVERRIDE
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallFilter=@system-service
UMask=0077
`

function timer({ name, period, hour, minute }: Plan): string {
  const time = `${two(hour)}:${two(minute)}:00`
  const when = {
    hour: `*-*-* *:${two(minute)}:00`,
    day: `*-*-* ${time}`,
    week: `Mon *-*-* ${time}`,
    month: `*-*-01 ${time}`,
  }[period]
  return `${MADE_BY}
[Unit]
Description=when logstat summary ${name} runs

[Timer]
OnCalendar=${when}
# A run that was missed is made up for when the machine is on again.
Persistent=yes

[Install]
WantedBy=timers.target
`
}

/** A word of a unit: `%` stands for itself. */
function unitWord(word: string): string {
  const text = word.replaceAll('%', '%%')
  return /^[\w./:=@,+%-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}
