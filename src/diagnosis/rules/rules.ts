import type { Rule } from '../rule.js'
import * as background from './background.js'
import * as gaveUp from './gave-up.js'
import * as givenAway from './given-away.js'
import * as health from './health.js'
import * as iis from './iis.js'
import * as missing from './missing.js'
import * as refused from './refused.js'
import * as serverErrors from './server-errors.js'
import * as signIn from './sign-in.js'
import * as theLog from './the-log.js'

/** All rules, in the order in which they are asked: a request that one takes no later one sees. */
export const RULES: readonly Rule[] = [
  givenAway.secretHandedOut,
  givenAway.serverInformationPublic,
  givenAway.uploadAccepted,
  givenAway.exploitPathAnswered,
  iis.upnp,
  health.healthCheckRefused,
  iis.configurationBroken,
  iis.applicationDoesNotStart,
  iis.clientCertificate,
  serverErrors.crashLoop,
  iis.poolRefuses,
  serverErrors.outage,
  serverErrors.pathFails,
  serverErrors.serverErrors,
  gaveUp.everybodyGivesUp,
  gaveUp.clientsGiveUpOnPath,
  gaveUp.manyGiveUpAtOnce,
  gaveUp.clientsLeft,
  signIn.accountUnusable,
  signIn.signInServerSide,
  signIn.signInBroken,
  signIn.passwordGuessing,
  signIn.clientNeverSignsIn,
  missing.redirectLoop,
  missing.brokenLink,
  missing.waveOf404,
  missing.pathVanished,
  missing.missingPathManyPeople,
  refused.limitsHitPeople,
  refused.rateLimited,
  refused.filterHitsPeople,
  refused.forbiddenOwnPages,
  refused.pathRefused,
  gaveUp.slowAtRoundNumber,
  background.acmeFailed,
  background.connectionsWithoutRequest,
  background.askedForByThemselves,
  background.scanners,
  background.robotsOnMissingPages,
  background.strangersAtTheDoor,
  background.newCode,
  background.anyCode,
  background.slower,
  theLog.linesNotUnderstood,
  theLog.entriesWithoutTime,
  theLog.logGap,
  theLog.clockWentBack,
]
