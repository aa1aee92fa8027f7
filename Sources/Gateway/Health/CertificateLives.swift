internal import Logging
internal import NIOConcurrencyHelpers
internal import Text

/// A certificate that somebody has to see to, or a list of them, and when it ends.
struct CertificateLife: Sendable, Equatable {
    /// What it is for.
    enum Kind: String, Sendable {
        case root, intermediate, gateway, people, `operator`, crl
    }

    let kind: Kind
    /// Which of its kind: a key identifier, or a name.
    let name: String
    let beginNanoseconds: Int64
    let endNanoseconds: Int64

    /// Seconds until its end; 0 from then on.
    func secondsLeft(at now: Int64) -> Int {
        let left = endNanoseconds.subtractingReportingOverflow(now)
        return left.overflow ? 0 : Int(max(0, left.partialValue) / 1_000_000_000)
    }

    /// How little of its life is left: the number of ``shares`` that are more; all of them and one more once it has ended.
    func stage(at now: Int64) -> Int {
        guard now < endNanoseconds else { return Self.shares.count + 1 }
        let life = Double(endNanoseconds) - Double(beginNanoseconds)
        let left = Double(endNanoseconds) - Double(now)
        return Self.shares.count { left * $0 <= life }
    }

    /// A third, a tenth and a thirtieth of a life.
    static let shares: [Double] = [3, 10, 30]

    var text: String {
        switch kind {
        case .crl: "list of revoked certificates of \(name)"
        case .root, .intermediate, .gateway, .people, .operator:
            "\(kind.rawValue) certificate \(name)"
        }
    }

    /// What a person does about it.
    var remedy: String {
        switch kind {
        case .root: "make the next one: maxine ca prepare --kind root"
        case .intermediate: "it should have been replaced by itself; look at `maxine ca show`"
        case .gateway: "it should have been renewed by itself; look for errors before this line"
        case .people: "put new files at people.cert and people.key"
        case .crl:
            "make the next one where the root's key is, and install it: maxine ca install-crl"
        case .operator: "make a new one: maxine operator renew \(name)"
        }
    }
}

/// Says in time which of our certificates end: in gauges, in the log and to whoever asks whether we are ready.
final class CertificateLives: Sendable {
    private let sources = NIOLockedValueBox<[@Sendable (Int64) -> [CertificateLife]]>([])
    /// Of which certificates what was said.
    private let said = NIOLockedValueBox<[String: (end: Int64, stage: Int)]>([:])

    /// Adds what knows of some.
    func add(_ source: @escaping @Sendable (_ nowNanoseconds: Int64) -> [CertificateLife]) {
        sources.withLockedValue { $0.append(source) }
    }

    /// All there are.
    func all(at now: Int64) -> [CertificateLife] {
        sources.withLockedValue { $0 }.flatMap { $0(now) }
    }

    /// One line a certificate for each third, tenth and thirtieth of its life that is left, and one at its end.
    func look(at now: Int64, _ logger: Logger) {
        let lives = all(at: now)
        let due = said.withLockedValue { said in
            var next: [String: (end: Int64, stage: Int)] = [:]
            var due: [(life: CertificateLife, stage: Int)] = []
            for life in lives {
                let stage = life.stage(at: now)
                let last = said[life.text].flatMap { $0.end == life.endNanoseconds ? $0 : nil }
                if stage > (last?.stage ?? 0) { due.append((life, stage)) }
                next[life.text] = (life.endNanoseconds, max(stage, last?.stage ?? 0))
            }
            said = next
            return due
        }
        for (life, stage) in due {
            logger.log(level: Self.level(stage), "\(line(life, at: now)): \(life.remedy)")
        }
    }

    /// What a person should look at; nil while all have more than a third of their life left.
    func note(at now: Int64) -> String? {
        let near = all(at: now).filter { $0.stage(at: now) > 0 }
            .sorted { $0.endNanoseconds < $1.endNanoseconds }
        guard !near.isEmpty else { return nil }
        let lines = near.prefix(HealthLimits.endsNamedMax).map { line($0, at: now) }
        let more = near.count - lines.count
        return "certificates: " + lines.joined(separator: "; ")
            + (more > 0 ? "; and \(more) more" : "")
    }

    private func line(_ life: CertificateLife, at now: Int64) -> String {
        let end = CivilTime.rfc3339(nanoseconds: life.endNanoseconds)
        let left = life.secondsLeft(at: now)
        return now >= life.endNanoseconds
            ? "\(life.text) ended at \(end)"
            : "\(life.text) ends in \(Self.span(left)), at \(end)"
    }

    private static func span(_ seconds: Int) -> String {
        switch seconds {
        case 172_800...: "\(seconds / 86_400) d"
        case 7_200...: "\(seconds / 3600) h"
        case 120...: "\(seconds / 60) min"
        default: "\(seconds) s"
        }
    }

    private static func level(_ stage: Int) -> Logger.Level {
        switch stage {
        case 1: .notice
        case 2: .warning
        default: .error
        }
    }
}
