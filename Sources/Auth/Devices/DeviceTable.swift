package import Policy

/// All wishes that wait for a person: a value without a clock, bounded in number.
package struct DeviceTable: Sendable {
    /// Why no wish was taken.
    package enum Full: Sendable, Equatable {
        /// As many wait as may.
        case all
        /// As many came from there as may.
        case source
    }

    private var requests: [SecretHash: DeviceRequest] = [:]
    private var byUserCode: [UserCode: SecretHash] = [:]
    private var order: [(hash: SecretHash, source: IPAddress?, endNanoseconds: Int64)] = []
    private var first = 0
    private var sources: [IPAddress?: Int] = [:]

    package init() {}

    /// How many are remembered, used ones included.
    package var count: Int { order.count - first }

    /// Takes a wish.
    ///
    /// - Returns: The code that the device keeps for itself and the request; or why there is none.
    package mutating func ask(
        _ wish: DeviceWish, from address: IPAddress?, lifeSeconds: Int64 = DeviceLimits.codeSeconds,
        wallNanoseconds wall: Int64, elapsedNanoseconds now: Int64
    ) -> Result<(code: SecretText, request: DeviceRequest), DeviceRefusal> {
        if let refusal = refusal(from: address, elapsedNanoseconds: now) {
            return .failure(refusal)
        }
        let source = address?.network
        var userCode = UserCode()
        while byUserCode[userCode] != nil { userCode = UserCode() }
        let code = SecretText(new: .device)
        let life = min(lifeSeconds, DeviceLimits.codeSeconds) * 1_000_000_000
        let request = DeviceRequest(
            wish: wish, userCode: userCode, address: address, askedNanoseconds: wall,
            endNanoseconds: now + life, polledNanoseconds: now - Self.longAgo)
        requests[code.hash] = request
        byUserCode[userCode] = code.hash
        sources[source, default: 0] += 1
        order.append((code.hash, source, now + DeviceLimits.codeSeconds * 1_000_000_000))
        return .success((code, request))
    }

    /// Why nothing more is taken from somewhere now.
    package mutating func refusal(
        from address: IPAddress?, elapsedNanoseconds now: Int64
    ) -> DeviceRefusal? {
        forget(now)
        guard count < DeviceLimits.codesMax else { return .full(.all) }
        guard sources[address?.network, default: 0] < DeviceLimits.codesOfSourceMax else {
            return .full(.source)
        }
        return nil
    }

    /// The first question may come at once.
    private static let longAgo = DeviceLimits.intervalSeconds * 1_000_000_000

    /// What a device hears that asks.
    ///
    /// - Parameters:
    ///   - code: What it kept for itself.
    ///   - brought: What the browser brought it; nil where it waits for none.
    ///   - now: The clock that nobody sets.
    /// - Returns: What it is told.
    package mutating func poll(
        _ code: SecretText, bringing brought: String?, elapsedNanoseconds now: Int64
    ) -> DeviceAnswer {
        forget(now)
        guard var request = requests[code.hash] else { return .unknown }
        guard !request.isOver(now) else { return .expired }
        if case .denied(let reason) = request.verdict {
            remove(code.hash)
            return .denied(reason: reason)
        }
        // Who brings what a browser brought does not ask in turns.
        let isTooSoon =
            request.wish.loopback == nil
            && now - request.polledNanoseconds < request.leastNanoseconds
        request.polledNanoseconds = now
        if isTooSoon { request.slowDown() }
        requests[code.hash] = request
        if isTooSoon { return .slowDown(intervalSeconds: request.intervalSeconds) }
        guard request.verdict != .none else { return .pending }
        return request.takes(brought) ? .ready : .unknown
    }

    /// The id of the wish of a code.
    package func id(of code: SecretText) -> String? { requests[code.hash]?.wish.id }

    /// Takes a confirmed wish out, so that it is good once; nil where it is none any more.
    package mutating func take(
        _ code: SecretText, bringing brought: String?, elapsedNanoseconds now: Int64
    ) -> DeviceRequest? {
        guard let request = requests[code.hash], !request.isOver(now), request.takes(brought)
        else { return nil }
        switch request.verdict {
        case .approved, .vouched: break
        case .none, .denied: return nil
        }
        remove(code.hash)
        return request
    }

    /// The wish that a person means, while nobody has answered it.
    package mutating func find(
        _ userCode: UserCode, elapsedNanoseconds now: Int64
    ) -> DeviceRequest? {
        forget(now)
        guard let request = byUserCode[userCode].flatMap({ requests[$0] }), !request.isOver(now),
            request.verdict == .none
        else { return nil }
        return request
    }

    /// Answers a wish.
    ///
    /// - Returns: The request, and what the browser brings to the program that waits for it; nil where it was answered before or is over.
    package mutating func answer(
        _ userCode: UserCode, as verdict: DeviceRequest.Verdict, elapsedNanoseconds now: Int64
    ) -> (request: DeviceRequest, code: String?)? {
        guard var request = find(userCode, elapsedNanoseconds: now),
            let hash = byUserCode[userCode]
        else { return nil }
        request.verdict = verdict
        var code: String?
        if request.wish.loopback != nil, case .approved = verdict {
            let text = RandomText.make()
            request.codeHash = SecretHash(of: Array(text.utf8))
            code = text
        }
        requests[hash] = request
        return (request, code)
    }

    private mutating func remove(_ hash: SecretHash) {
        guard let request = requests.removeValue(forKey: hash) else { return }
        byUserCode[request.userCode] = nil
    }

    /// Forgets from the front what is over for long enough for its device to have heard of it.
    private mutating func forget(_ now: Int64) {
        while first < order.count,
            order[first].endNanoseconds + DeviceLimits.lingerNanoseconds <= now
        {
            let (hash, source, _) = order[first]
            remove(hash)
            let others = (sources[source] ?? 1) - 1
            sources[source] = others > 0 ? others : nil
            first += 1
        }
        if first > 1024, first * 2 > order.count {
            order.removeFirst(first)
            first = 0
        }
    }
}

extension DeviceRequest {
    /// How long after a question the next one may come.
    fileprivate var leastNanoseconds: Int64 {
        intervalSeconds * 1_000_000_000 - DeviceLimits.earlyNanoseconds
    }

    fileprivate mutating func slowDown() {
        intervalSeconds = min(
            intervalSeconds + DeviceLimits.slowDownSeconds, DeviceLimits.intervalSecondsMax)
    }

    /// Whether what the browser brought is what it was given.
    fileprivate func takes(_ brought: String?) -> Bool {
        guard wish.loopback != nil else { return brought == nil }
        guard let brought, let codeHash else { return false }
        return SecretHash(of: Array(brought.utf8)) == codeHash
    }
}

/// Why a device's wish is not taken.
package enum DeviceRefusal: Error, Equatable, Sendable {
    case full(DeviceTable.Full)
}

extension DeviceRefusal: CustomStringConvertible {
    /// One line for people.
    package var description: String {
        switch self {
        case .full(.all): "as many sign-ons wait for a code as may"
        case .full(.source): "as many sign-ons from there wait for a code as may"
        }
    }
}
