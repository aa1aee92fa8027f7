internal import Auth
internal import Logging
internal import Time
internal import Workers

/// Makes the directories that are configured into those who vouch for people.
struct DirectoryProviders {
    /// What reads their answers.
    let workers: WorkerProgram
    let clocks: Clocks
    let logger: Logger
    let metrics: GatewayMetrics

    /// A provider for each directory.
    func all(of configuration: GatewayConfiguration) -> [any PersonProvider] {
        configuration.directories.map { settings in
            DirectoryProvider(
                DirectoryDesk(settings, workers: workers, elapsed: clocks.elapsed), clocks: clocks,
                alarm: DirectoryAlarm(
                    settings.name, logger: logger, metrics: metrics, elapsed: clocks.elapsed))
        }
    }
}
