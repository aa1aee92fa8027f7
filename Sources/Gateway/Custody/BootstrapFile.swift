internal import Auth
internal import Logging
internal import PKI

/// Where the token of the first start lies until it is used, for the gateway's own user alone.
struct BootstrapFile: Sendable {
    let path: String
    /// How long a token is good.
    let seconds: Int
    let logger: Logger
    private let files = PosixFiles()

    init(_ configuration: GatewayConfiguration, _ logger: Logger) {
        path = configuration.certsDirectory + "/bootstrap.token"
        seconds = configuration.bootstrap.seconds
        self.logger = logger
    }

    /// Makes the token of the first start, or takes the configured one; afterwards nothing is made by itself.
    func prepare(
        _ tokens: BootstrapTokens, _ configuration: GatewayConfiguration,
        nowNanoseconds now: Int64, sequence: UInt64
    ) throws {
        if let sha256 = configuration.bootstrap.tokenSHA256 {
            return try tokens.seed(
                sha256: sha256, nowNanoseconds: now, seconds: seconds, sequence: sequence)
        }
        guard tokens.isNew else { return }
        // The file first: a crash in between leaves one that is worth nothing, and the next start makes it anew.
        let token = SecretText(new: .bootstrap)
        try files.replace(path, token.bytes + [UInt8(ascii: "\n")], mode: 0o600)
        try tokens.take(token, nowNanoseconds: now, seconds: seconds, sequence: sequence)
        logger.notice(
            "created a bootstrap token, good once and for \(seconds / 60) minutes: \(path)")
    }

    /// Takes the file away: what is in it is spent.
    func remove() {
        do {
            if try files.status(path) != nil { try files.remove(path) }
        } catch {
            logger.warning("the spent bootstrap token is still in \(path): \(error)")
        }
    }
}
