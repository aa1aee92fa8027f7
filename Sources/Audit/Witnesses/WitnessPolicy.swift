/// Who are witnesses of a log, and which of them must have signed an end for it to be believed (C2SP tlog-policy).
public struct WitnessPolicy: Sendable, Equatable {
    /// One that watches the log from outside.
    public struct Witness: Sendable, Equatable {
        /// Its name in the policy.
        public let name: String
        /// What its signatures are verified by.
        public let key: VerifierKey
        /// Where it is asked; nil where nobody here asks it.
        public let address: String?
    }

    /// When witnesses are enough.
    indirect enum Quorum: Sendable, Equatable {
        /// Nobody is needed.
        case none
        /// The witness of this index.
        case witness(Int)
        /// At least some of these.
        case group(Int, [Quorum])
    }

    /// The keys of logs that it names; empty where they are known from elsewhere.
    public internal(set) var logs: [VerifierKey] = []
    /// The witnesses, in the order of the file.
    public internal(set) var witnesses: [Witness] = []
    var quorum = Quorum.none

    init() {}

    /// Whether those who signed are enough.
    public func isMet(by signers: [NoteSigner]) -> Bool {
        isMet(quorum) { index in
            signers.contains { $0.key == witnesses[index].key }
        }
    }

    /// The witnesses that are among those who signed.
    public func signed(_ signers: [NoteSigner]) -> [Witness] {
        witnesses.filter { witness in signers.contains { $0.key == witness.key } }
    }

    /// The keys of witnesses.
    public var keys: [VerifierKey] { witnesses.map(\.key) }

    private func isMet(_ quorum: Quorum, _ hasSigned: (Int) -> Bool) -> Bool {
        switch quorum {
        case .none: true
        case .witness(let index): hasSigned(index)
        case .group(let least, let members):
            members.count { isMet($0, hasSigned) } >= least
        }
    }
}

/// Why a policy of witnesses can't be used.
public struct WitnessPolicyFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The line, from 1; 0 where it is the file itself.
    public let line: Int
    /// What is wrong.
    public let reason: String

    /// The two in one line.
    public var description: String { line == 0 ? reason : "line \(line): \(reason)" }
}
