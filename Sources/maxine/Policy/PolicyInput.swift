import ArgumentParser
import Foundation
import Gateway
import Policy

/// The policy that an offline command works with.
struct PolicyInput: ParsableArguments {
    @Option(help: "The trust domain that {trust_domain} stands for; default: the configuration's.")
    var trustDomain: String?
    @Option(help: "Decide as of this time, as 2026-11-02T23:00:00+01:00; default: now.")
    var now: String?
    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "Print JSON.") var json = false

    func settings() throws -> GatewayConfiguration {
        var settings = try configuration.load().configuration
        if let trustDomain { settings.trustDomain = trustDomain }
        return settings
    }

    /// The policy in a file or folder, or the one that the configuration names.
    func load(_ path: String?) throws -> CompiledPolicy {
        let settings = try settings()
        do throws(PolicyErrors) {
            if let path = path ?? settings.policyPath {
                return try CompiledPolicy.load(path: path, trustDomain: settings.trustDomain)
            }
            return try CompiledPolicy.shippedDefault(trustDomain: settings.trustDomain)
        } catch {
            throw Failure(.failed, error.description)
        }
    }

    /// A policy by its path, or by the digest (or the beginning of one) of a policy that was in force.
    func loadOrFind(_ name: String) throws -> CompiledPolicy {
        guard name.hasPrefix("sha256:") else { return try load(name) }
        let archive = PolicyArchive(dataDirectory: try settings().dataDirectory)
        do throws(PolicyToolError) {
            return try archive.load(try archive.resolve(name)).policy
        } catch {
            throw Failure(.failed, "maxine: \(error)")
        }
    }

    /// The time that decisions are taken at.
    func time() throws -> Int64 {
        guard let now else { return Self.clock() }
        guard let time = PolicyQuestion.nanoseconds(of: now) else {
            throw Failure(
                .usage, "maxine: '\(now)' is not a point in time, such as 2026-11-02T23:00:00+01:00"
            )
        }
        return time
    }

    static func clock() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}

/// Where the log and the kept policies are, and which records of it.
struct LogInput: ParsableArguments {
    @Option(help: "The log's folder; default: the configuration's.") var log: String?
    @Option(help: "The first record to look at.") var from: UInt64 = 1
    @Option(help: "The last record to look at.") var to: UInt64 = .max
    @Option(help: "Only records since then: 30d, 12h, 15m or a time as 2026-11-02T23:00:00Z.")
    var since: String?

    func range() throws -> ClosedRange<UInt64> {
        guard from >= 1, from <= to else {
            throw Failure(.usage, "maxine: --from \(from) is not before --to \(to)")
        }
        return from...to
    }

    func sinceNanoseconds() throws -> Int64? {
        guard let since else { return nil }
        if let time = PolicyQuestion.nanoseconds(of: since) { return time }
        let units: [Character: Int64] = ["d": 86_400, "h": 3_600, "m": 60, "s": 1]
        guard let unit = since.last.flatMap({ units[$0] }), let count = Int64(since.dropLast()),
            (0...1_000_000_000).contains(count)
        else {
            throw Failure(
                .usage, "maxine: '\(since)' is neither a time nor a length such as 30d, 12h or 15m")
        }
        return PolicyInput.clock() - count * unit * 1_000_000_000
    }

    func replay(_ settings: GatewayConfiguration) -> PolicyReplay {
        PolicyReplay(
            auditDirectory: log ?? settings.auditDirectory,
            archive: PolicyArchive(dataDirectory: settings.dataDirectory),
            trustDomain: settings.trustDomain)
    }
}

/// Runs a tool and turns its errors into exits: 6 for a damaged log, 1 for the rest.
func runTool<Value>(_ body: () throws(PolicyToolError) -> Value) throws -> Value {
    do throws(PolicyToolError) {
        return try body()
    } catch {
        if case .log = error { throw Failure(.verificationFailed, "maxine: \(error)") }
        throw Failure(.failed, "maxine: \(error)")
    }
}
