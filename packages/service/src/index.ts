export { botsOf, discordCheck, discordSettings, type DiscordBot } from './discord-settings.ts';
export { Health, type HealthOptions, type ReadinessCheck } from './health.ts';
export { LinkedList, type Linked } from './linked-list.ts';
export { createLog, withoutSecrets, type Logger, type LogOptions } from './log.ts';
export { latencyBucketsMs, Metrics, type MetricDefinition } from './metrics.ts';
export { Pace, type PaceOptions } from './pace.ts';
export { discordProxyOf, proxySettings } from './proxy-settings.ts';
export { runService, type Service, type ServiceSettings } from './run-service.ts';
export {
  connectionSettings,
  integerSetting,
  loadSettings,
  serviceSettings,
  SettingsError,
  urlSetting,
  withDotEnv,
  wrongBecause,
  splitUrls,
} from './settings.ts';
