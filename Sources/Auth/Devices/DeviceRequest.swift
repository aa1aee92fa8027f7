package import Policy

/// What a program asks for that has no browser of its own: a session for whoever confirms it.
package struct DeviceWish: Sendable, Equatable {
    /// Names it in records; says nothing of its codes.
    package let id = SessionPlan().id
    /// How the program calls itself; nobody has checked it.
    package let name: String
    /// The provider by which its person is to be signed on; nil for any.
    package var provider: String?
    /// Whether the person confirms it at that provider's own page.
    package var isAtProvider = false
    /// Where the program waits for a browser on its own machine; nil where it asks again instead.
    package var loopback: LoopbackPlace?

    /// Makes a wish.
    package init(name: String) { self.name = name }
}

/// Where a program on a person's own machine waits for their browser (RFC 8252 section 7.3).
package struct LoopbackPlace: Sendable, Equatable {
    package let port: UInt16
    /// What the program knows its sign-on by.
    package let mark: String

    package init(port: UInt16, mark: String) {
        self.port = port
        self.mark = mark
    }

    /// Where the browser is sent, with something for the program.
    package func address(_ name: String, _ value: String) -> String {
        let query = FormText.encode([(name: name, value: value), (name: "state", value: mark)])
        return "http://127.0.0.1:\(port)/?\(query)"
    }
}

/// A wish that waits for a person.
package struct DeviceRequest: Sendable {
    /// What has become of it.
    package enum Verdict: Sendable, Equatable {
        case none
        /// Somebody confirmed it by a session of theirs.
        case approved(session: String)
        /// A provider said who its person is.
        case vouched
        /// The reason is for the record; nil where a person refused here.
        case denied(reason: String? = nil)
    }

    package let wish: DeviceWish
    package let userCode: UserCode
    /// Where it came from.
    package let address: IPAddress?
    /// When, by the wall clock.
    package let askedNanoseconds: Int64
    /// When it ends, by the clock that nobody sets.
    let endNanoseconds: Int64
    package internal(set) var verdict = Verdict.none
    var intervalSeconds = DeviceLimits.intervalSeconds
    /// When the device asked last.
    var polledNanoseconds: Int64
    /// What the browser brought to the program that waits for it.
    var codeHash: SecretHash?

    func isOver(_ elapsedNanoseconds: Int64) -> Bool { elapsedNanoseconds >= endNanoseconds }
}

/// What a device hears when it asks whether somebody has confirmed (RFC 8628 section 3.5).
package enum DeviceAnswer: Sendable, Equatable {
    /// Confirmed; the session can be made.
    case ready
    /// Nobody has said anything.
    case pending
    /// It asks too often, and waits longer from now on.
    case slowDown(intervalSeconds: Int64)
    case denied(reason: String?)
    case expired
    /// There is no such code, or it was used.
    case unknown
}
