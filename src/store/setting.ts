import type Database from 'better-sqlite3'

/** Names of settings: they say how a database is to be kept; explained in docs/schema.md. */
export type SettingName = 'anonymize' | 'anonymize_key' | 'keep_minutes' | 'keep_hours' | 'rolled_up_to' | 'tracked'

export function getSetting(db: Database.Database, name: SettingName): string | undefined {
  const row = db.prepare('SELECT value FROM setting WHERE name = ?').get(name) as { value: string } | undefined
  return row?.value
}

export function setSetting(db: Database.Database, name: SettingName, value: string): void {
  db.prepare('INSERT OR REPLACE INTO setting VALUES (?, ?)').run(name, value)
}

export function unsetSetting(db: Database.Database, name: SettingName): void {
  db.prepare('DELETE FROM setting WHERE name = ?').run(name)
}
