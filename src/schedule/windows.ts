import { type Plan, two } from './plan.js'

// A task of the Windows Task Scheduler, version 1.2 (Windows 7, Server 2008 R2 and later).

/** The folder of the scheduler that holds the tasks. */
export const taskName = (name: string): string => `\\logstat\\${name}`

/** @param from the first day, YYYY-MM-DD */
export function taskXml({ name, period, hour, minute, command }: Plan, from: string): string {
  const [program = '', ...args] = command
  const schedule = {
    hour: '<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>',
    day: '<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>',
    week: '<ScheduleByWeek><DaysOfWeek><Monday /></DaysOfWeek><WeeksInterval>1</WeeksInterval></ScheduleByWeek>',
    month: `<ScheduleByMonth><DaysOfMonth><Day>1</Day></DaysOfMonth><Months>${MONTHS.map((month) => `<${month} />`).join('')}</Months></ScheduleByMonth>`,
  }[period]
  const repetition =
    period === 'hour'
      ? '<Repetition><Interval>PT1H</Interval><Duration>P1D</Duration><StopAtDurationEnd>false</StopAtDurationEnd></Repetition>\n      '
      : ''
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>logstat summary ${xml(name)}</Description>
    <URI>${xml(taskName(name))}</URI>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      ${repetition}<StartBoundary>${from}T${period === 'hour' ? '00' : two(hour)}:${two(minute)}:00</StartBoundary>
      <Enabled>true</Enabled>
      ${schedule}
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>S-1-5-18</UserId>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <ExecutionTimeLimit>PT2H</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xml(windowsWord(program))}</Command>
      <Arguments>${xml(args.map(windowsWord).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]

/** A word quoted as programs of Windows take their command line apart: backslashes are doubled before a quote only. */
export function windowsWord(word: string): string {
  if (/^[\w.:\\/=@,+-]+$/.test(word)) return word
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/\\+$/, '$&$&')}"`
}

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
