/// What a decision may rest on besides names: one witness for each class of tags, address, proof, age and time.
struct Circumstances {
    /// One combination.
    struct Case: Hashable {
        var tags: [String]?
        var context: Context
        /// The combination in words; empty where nothing of it matters.
        var text: String
    }

    let cases: [Case]
    let gaps: [String]

    /// One thing that a decision may rest on, with its values.
    private struct Factor {
        var count: Int
        var set: (inout Case, Int) -> String

        init<Value>(
            _ values: [Value], _ set: @escaping (inout Case, Value) -> Void,
            text: @escaping (Value) -> String
        ) {
            count = values.count
            self.set = { made, index in
                set(&made, values[index])
                return text(values[index])
            }
        }
    }

    init(_ policies: [CompiledPolicy], nowNanoseconds now: Int64) {
        let rules = policies.flatMap(\.rules)
        var gaps: [String] = []
        let factors = Self.factors(rules, now, &gaps).filter { $0.count > 0 }
        if rules.contains(where: { $0.http != nil }) {
            gaps.append("service.call with a known HTTP request; it was asked without one")
        }
        var count = 1
        for factor in factors {
            let (product, isOver) = count.multipliedReportingOverflow(by: factor.count)
            count = isOver ? .max : product
        }
        let most = ComparisonLimits.circumstancesMax
        if count > most { gaps.append("only \(most) of \(count) circumstances") }
        var spread = SpreadNumbers()
        cases = (0..<min(count, most)).map { number in
            var made = Case(context: Context(nowNanoseconds: now), text: "")
            var rest = number
            var texts: [String] = []
            for factor in factors {
                // Of too many combinations, some that are spread over all of them.
                let index = count > most ? spread.next(below: factor.count) : rest % factor.count
                rest /= factor.count
                texts.append(factor.set(&made, index))
            }
            made.text = texts.filter { !$0.isEmpty }.joined(separator: ", ")
            return made
        }
        self.gaps = gaps
    }

    private static func factors(
        _ rules: [RuleDeclaration], _ now: Int64, _ gaps: inout [String]
    ) -> [Factor] {
        let blocks = rules.flatMap(\.when.sourceIP)
        let addresses: [IPAddress?] = blocks.isEmpty ? [] : [nil] + addresses(blocks)
        let strengths: [AuthenticationStrength?] =
            rules.contains { $0.when.strength != nil }
            ? [nil] + AuthenticationStrength.allCases.map { $0 } : []
        let methods =
            rules.contains { !$0.when.methods.isEmpty }
            ? Principal.Authentication.allCases.filter { $0 != .none } : []
        let limits = Set(rules.compactMap(\.when.certificateAge?.limit)).sorted()
        let ages: [Int64?] = limits.isEmpty ? [] : [nil, 0] + limits.map { $0 }
        let instants = CircumstanceTimes(rules, nowNanoseconds: now).instants
        return [
            Factor(tags(rules, &gaps), { $0.tags = $1.tags }, text: { $0.text }),
            Factor(instants, { $0.context.nowNanoseconds = $1 }) { "at \(TestTime.text($0))" },
            Factor(addresses, { $0.context.sourceIP = $1 }) {
                $0.map { "from \($0)" } ?? "address unknown"
            },
            Factor(strengths, { $0.context.authenticationStrength = $1 }) {
                $0.map { "proof \($0.name)" } ?? "strength of proof unknown"
            },
            Factor(methods, { $0.context.authenticationMethod = $1 }) { "by \($0.rawValue)" },
            Factor(ages, { $0.context.certificateAgeNanoseconds = $1 }) {
                $0.map { "certificate \($0 / 1_000_000_000) s old" }
                    ?? "age of certificate unknown"
            },
        ]
    }

    private static func tags(
        _ rules: [RuleDeclaration], _ gaps: inout [String]
    ) -> [(tags: [String]?, text: String)] {
        let conditions = Set(rules.map(\.tags).filter { !$0.isEmpty })
        if conditions.isEmpty { return [(nil, "")] }
        let patterns = Set(conditions.flatMap { $0.any + $0.all })
        let hasAny = patterns.contains { $0.isAny }
        let witnesses = NameClasses(patterns).members.filter { $0.label != "*" || hasAny }
            .map(\.name)
        var sets: [[String]] = [[]]
        if witnesses.count <= ComparisonLimits.tagConditionsMax {
            sets = (0..<(1 << witnesses.count)).map { bits in
                witnesses.indices.filter { bits & (1 << $0) != 0 }.map { witnesses[$0] }
            }
        } else {
            sets += witnesses.map { [$0] } + [witnesses]
            gaps.append("combinations of the \(witnesses.count) tags that rules name")
        }
        return [(nil, "tags unknown")]
            + sets.map { ($0, $0.isEmpty ? "no tags" : "tags \($0.joined(separator: "+"))") }
    }

    /// The address space is cut at the edges of every block that a rule names.
    private static func addresses(_ blocks: [CIDR]) -> [IPAddress?] {
        var edges: Set<IPAddress> = [IPAddress(high: 0, low: 0)]
        for block in blocks {
            edges.insert(block.first)
            if let next = block.following { edges.insert(next) }
        }
        return edges.sorted { ($0.high, $0.low) < ($1.high, $1.low) }
    }
}

extension CIDR {
    /// The first address behind the block; nil at the end of the address space.
    var following: IPAddress? {
        let bits = 128 - prefixBits
        if bits >= 128 { return nil }
        if bits >= 64 {
            let (sum, overflow) = first.high.addingReportingOverflow(1 << UInt64(bits - 64))
            return overflow ? nil : IPAddress(high: sum, low: first.low)
        }
        let (low, overflow) = first.low.addingReportingOverflow(1 << UInt64(bits))
        guard overflow else { return IPAddress(high: first.high, low: low) }
        let (high, carried) = first.high.addingReportingOverflow(1)
        return carried ? nil : IPAddress(high: high, low: low)
    }
}

/// Numbers that are spread evenly and are the same each time (SplitMix64).
private struct SpreadNumbers {
    private var state: UInt64 = 1

    mutating func next(below count: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(max(count, 1)))
    }
}
