/// What a decision finds out once and may need again.
struct DecisionMemo {
    var zone = -1
    var minuteOfWeek = 0
    /// How the principal proved who it is.
    var method: Principal.Authentication
    /// Whether the operation is on a service, named or not, so that it has tags.
    var isOnService: Bool
}

extension ConditionTable {
    /// Whether a rule whose subjects, service and action match applies.
    func judge(
        _ range: Range<Int32>, _ operation: borrowing Operation, _ context: borrowing Context,
        _ memo: inout DecisionMemo
    ) -> Applicability {
        var result = Applicability.yes
        for index in Int(range.lowerBound)..<Int(range.upperBound) {
            switch judge(steps[index], operation, context, &memo) {
            case .yes: break
            case .no: return .no
            case let unknown: if result == .yes { result = unknown }
            }
        }
        return result
    }

    @inline(__always)
    private func judge(
        _ step: Step, _ operation: borrowing Operation, _ context: borrowing Context,
        _ memo: inout DecisionMemo
    ) -> Applicability {
        switch step.kind {
        case .namespaces:
            return truth(names.matches(operation.resource.namespace, step.first, step.second))
        case .validity:
            return truth(
                step.first <= context.nowNanoseconds && context.nowNanoseconds < step.second)
        case .methods:
            return truth(step.first & (1 << Int64(Self.bit(memo.method))) != 0)
        case .time: return truth(isInWindow(Int(step.first), context, &memo))
        case .tags: return judgeTags(Int(step.first), operation, memo)
        case .sourceIP:
            guard let address = context.sourceIP else { return .unknownSourceIP }
            for index in Int(step.first)..<Int(step.second)
            where blocks[index].contains(address) {
                return .yes
            }
            return .no
        case .strength:
            guard let strength = context.authenticationStrength else { return .unknownStrength }
            return truth((Int64(strength.rawValue) >= step.first) == (step.second == 1))
        case .certificateAge:
            guard let age = context.certificateAgeNanoseconds else {
                return .unknownCertificateAge
            }
            return truth((age >= step.first) == (step.second == 1))
        case .http: return judgeCall(step, operation, context)
        }
    }

    @inline(__always)
    private func truth(_ holds: Bool) -> Applicability { holds ? .yes : .no }

    private func isInWindow(
        _ index: Int, _ context: borrowing Context, _ memo: inout DecisionMemo
    ) -> Bool {
        let window = windows[index]
        if memo.zone != window.zone {
            memo.zone = window.zone
            memo.minuteOfWeek = zones[window.zone].minuteOfWeek(context.nowNanoseconds)
        }
        return window.window.contains(minuteOfWeek: memo.minuteOfWeek)
    }

    private func judgeTags(
        _ index: Int, _ operation: borrowing Operation, _ memo: DecisionMemo
    ) -> Applicability {
        if let known = operation.resource.tags { return truth(tags[index].matches(known)) }
        // What is no service has no tags: they are not unknown, they don't exist.
        return memo.isOnService ? .unknownTags : .no
    }
}

extension ConditionTable {
    /// Whether one of a rule's calls is the one that is asked for; what is no call is not narrowed.
    private func judgeCall(
        _ step: Step, _ operation: borrowing Operation, _ context: borrowing Context
    ) -> Applicability {
        guard operation.action == .serviceCall else { return .yes }
        guard let http = context.http else { return .unknownHTTP }
        let isNormal = HTTPPath.isNormal(http.path)
        var result = Applicability.no
        for index in Int(step.first)..<Int(step.second) {
            switch judge(calls[index], http, isNormal: isNormal) {
            case .yes: return .yes
            case .no: break
            default: result = .unknownHTTP
            }
        }
        return result
    }

    private func judge(
        _ permit: HTTPPermit, _ http: HTTPFacts, isNormal: Bool
    ) -> Applicability {
        if !permit.methods.isEmpty, !permit.methods.contains(where: { isSameName($0, http.method) })
        {
            return .no
        }
        var result = Applicability.yes
        if let path = permit.path {
            if !isNormal {
                result = .unknownHTTP
            } else if !path.matches(http.path) {
                return .no
            }
        }
        for pattern in permit.headers {
            switch pattern.judge(http.headers) {
            case .yes: break
            case .no: return .no
            default: result = .unknownHTTP
            }
        }
        return result
    }
}

extension PathPattern {
    /// Whether the pattern matches a path in its normal form.
    func matches(_ path: String) -> Bool {
        path.utf8.withContiguousStorageIfAvailable { bytes in
            var position = 0
            for segment in segments {
                guard position < bytes.count else { return false }
                let start = position + 1
                var end = start
                while end < bytes.count, bytes[end] != UInt8(ascii: "/") { end += 1 }
                guard segment.matches(bytes[start..<end]) else { return false }
                position = end
            }
            return hasOpenEnd || position == bytes.count
        } ?? false
    }
}

extension NamePattern {
    fileprivate func matches(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        isPrefix ? name.starts(with: bytes) : name.elementsEqual(bytes)
    }
}

extension HeaderPattern {
    /// Whether the field is there with one of the values; a repeated or listed field can't be known.
    func judge(_ fields: [HTTPField]?) -> Applicability {
        guard let fields else { return .unknownHTTP }
        var found: String?
        for field in fields where isSame(field.name) {
            if found != nil { return .unknownHTTP }
            found = field.value
        }
        guard let found else { return .no }
        if found.utf8.contains(UInt8(ascii: ",")) { return .unknownHTTP }
        return values.contains { $0.matches(found) } ? .yes : .no
    }

    private func isSame(_ other: String) -> Bool {
        guard name.utf8.count == other.utf8.count else { return false }
        return zip(name.utf8, other.utf8).allSatisfy { lower, byte in
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            return lower == (isUpper ? byte | 0x20 : byte)
        }
    }
}
