import Text

extension WitnessPolicy {
    /// Reads a policy file, strictly.
    ///
    /// - Throws: ``WitnessPolicyFault`` for the first line that is wrong.
    public init(_ bytes: [UInt8]) throws(WitnessPolicyFault) {
        guard bytes.count <= WitnessLimits.policyBytesMax else {
            throw WitnessPolicyFault(
                line: 0, reason: "it has more than \(WitnessLimits.policyBytesMax) bytes")
        }
        var reader = PolicyReader()
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            do throws(PolicyLineFault) {
                try reader.read(line)
            } catch {
                throw WitnessPolicyFault(line: index + 1, reason: error.reason)
            }
        }
        guard reader.hasQuorum else {
            throw WitnessPolicyFault(line: 0, reason: "it has no quorum line")
        }
        self = reader.policy
    }
}

/// What is wrong with a line.
private struct PolicyLineFault: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}

/// Reads one line after the other; names are bytes, as C2SP tlog-policy has them.
private struct PolicyReader {
    private typealias Word = ArraySlice<UInt8>

    private(set) var policy = WitnessPolicy()
    private(set) var hasQuorum = false
    private var named: [Word: WitnessPolicy.Quorum] = [:]
    private var members: Set<Word> = []

    mutating func read(_ line: ArraySlice<UInt8>) throws(PolicyLineFault) {
        guard line.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
            throw PolicyLineFault(reason: "it holds a control character")
        }
        let words = line.split { $0 == 0x20 || $0 == 0x09 }
        guard let first = words.first, first.first != UInt8(ascii: "#") else { return }
        let rest = Array(words.dropFirst())
        switch Self.text(first) {
        case "log": try log(rest)
        case "witness": try witness(rest)
        case "group": try group(rest)
        case "quorum": try quorum(rest)
        default: throw PolicyLineFault(reason: "it begins with \(quote(Self.text(first)))")
        }
    }

    private mutating func log(_ words: [Word]) throws(PolicyLineFault) {
        guard (1...2).contains(words.count) else {
            throw PolicyLineFault(reason: "a log is `log KEY [URL]`")
        }
        let key = try key(words[0], .log)
        guard !policy.logs.contains(where: { $0.publicKey == key.publicKey }) else {
            throw PolicyLineFault(reason: "this log's key was there before")
        }
        try bound(policy.logs.count)
        policy.logs.append(key)
    }

    private mutating func witness(_ words: [Word]) throws(PolicyLineFault) {
        guard (2...3).contains(words.count) else {
            throw PolicyLineFault(reason: "a witness is `witness NAME KEY [URL]`")
        }
        let key = try key(words[1], .witness)
        guard !policy.witnesses.contains(where: { $0.key.publicKey == key.publicKey }) else {
            throw PolicyLineFault(reason: "this witness's key was there before")
        }
        try name(words[0], .witness(policy.witnesses.count))
        policy.witnesses.append(
            WitnessPolicy.Witness(
                name: Self.text(words[0]), key: key,
                address: words.count > 2 ? Self.text(words[2]) : nil))
    }

    private mutating func group(_ words: [Word]) throws(PolicyLineFault) {
        guard words.count >= 3 else {
            throw PolicyLineFault(reason: "a group is `group NAME any|all|NUMBER MEMBER...`")
        }
        var quorums: [WitnessPolicy.Quorum] = []
        for word in words.dropFirst(2) {
            let quorum = try known(word)
            guard members.insert(word).inserted else {
                throw PolicyLineFault(
                    reason: "\(quote(Self.text(word))) is a member of a group already")
            }
            quorums.append(quorum)
        }
        let number = Self.text(words[1])
        let least =
            ["any": 1, "all": quorums.count][number]
            ?? Decimal.parse(words[1]).map { Int(clamping: $0) }
        guard let least, (1...quorums.count).contains(least) else {
            throw PolicyLineFault(
                reason: "of \(quorums.count) members, any, all or 1 to \(quorums.count) are enough")
        }
        try name(words[0], .group(least, quorums))
    }

    private mutating func quorum(_ words: [Word]) throws(PolicyLineFault) {
        guard words.count == 1 else { throw PolicyLineFault(reason: "a quorum is `quorum NAME`") }
        guard !hasQuorum else { throw PolicyLineFault(reason: "there is a quorum already") }
        policy.quorum = words[0].elementsEqual("none".utf8) ? .none : try known(words[0])
        hasQuorum = true
    }

    private func key(
        _ word: Word, _ kind: VerifierKey.Kind
    ) throws(PolicyLineFault) -> VerifierKey {
        guard let key = VerifierKey(Self.text(word)), key.kind == kind else {
            throw PolicyLineFault(
                reason: "\(quote(Self.text(word))) is no Ed25519 key of a "
                    + (kind == .log ? "log" : "witness"))
        }
        return key
    }

    private mutating func name(
        _ word: Word, _ quorum: WitnessPolicy.Quorum
    ) throws(PolicyLineFault) {
        guard !word.elementsEqual("none".utf8), named[word] == nil else {
            throw PolicyLineFault(reason: "the name \(quote(Self.text(word))) is taken")
        }
        try bound(named.count)
        named[word] = quorum
    }

    private func known(_ word: Word) throws(PolicyLineFault) -> WitnessPolicy.Quorum {
        guard let quorum = named[word] else {
            throw PolicyLineFault(
                reason: "no line before it names a witness or group \(quote(Self.text(word)))")
        }
        return quorum
    }

    private func bound(_ count: Int) throws(PolicyLineFault) {
        guard count < WitnessLimits.namesMax else {
            throw PolicyLineFault(reason: "more than \(WitnessLimits.namesMax) are not taken")
        }
    }

    private static func text(_ word: Word) -> String { String(decoding: word, as: UTF8.self) }
}

/// Bounds of policies of witnesses, and of what witnesses answer.
package enum WitnessLimits {
    /// The longest policy file.
    static let policyBytesMax = 64 << 10
    /// The most logs, and the most witnesses and groups together.
    static let namesMax = 64
    /// The longest answer of a witness that is read.
    package static let answerBytesMax = 16 << 10
    /// How far a witness's clock may be from ours.
    static let clockSecondsMax: UInt64 = 600
    /// How long an end waits for its signatures at least before a newer one is put in its place.
    static let turnNanoseconds: Int64 = 2_000_000_000
    /// How long a witness that failed is left alone, at first and at most.
    static let backoffNanoseconds: (first: Int64, most: Int64) = (1_000_000_000, 300_000_000_000)
}
