public import Logging

/// The gateway's log on stderr.
///
/// Never secrets, never request contents; those belong to the audit log.
public enum GatewayLog {
    /// Starts the logging system.
    ///
    /// - Parameter level: The name of the least level that is written.
    /// - Returns: The gateway's logger.
    public static func start(level: String) -> Logger {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var logger = Logger(label: "maxine")
        logger.logLevel = Logger.Level(rawValue: level) ?? .info
        return logger
    }
}
