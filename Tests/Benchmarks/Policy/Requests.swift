import Policy

/// A mix of requests, made before the clock starts.
struct Requests {
    struct Request {
        var subject: Int
        var operation: Operation
        var context: Context
    }

    /// A power of two.
    static let count = 8_192

    var name: String
    var requests: [Request]
    var subjects: [Subject]

    /// A Wednesday, noon in Berlin.
    private static let now: Int64 = 1_795_604_400_000_000_000

    /// Services and people, resolved once each.
    static func subjects(
        _ policy: CompiledPolicy
    ) throws -> (all: [Subject], nanoseconds: Int64) {
        var principals: [Principal] = []
        for number in 0..<200 {
            let name = LargePolicy.services[number * 5]
            let text = "spiffe://maxine.local/ns/default/dc/dc1/svc/\(name)"
            let id = try SPIFFEID(parsing: text)
            principals.append(
                Principal(
                    kind: .service, id: text, authentication: .mtls, spiffeID: id,
                    service: IdentityTemplate.consul.serviceIdentity(of: id)))
        }
        for number in 0..<100 {
            var user = Principal(kind: .user, id: "u\(number)", authentication: .ldap)
            user.ldapGroups = number % 2 == 0 ? ["ops", "g\(number % 50)"] : ["g\(number % 50)"]
            user.samlGroups = ["staff"]
            principals.append(user)
        }
        _ = policy.subject(for: principals[0])
        let start = PolicyBenchmark.nanoseconds()
        let all = principals.map { policy.subject(for: $0) }
        let each = (PolicyBenchmark.nanoseconds() - start) / Int64(all.count)
        return (all, each)
    }

    /// Anybody about any service, one in ten of which is unknown to the policy.
    static func mixed(_ subjects: [Subject]) -> Requests {
        var numbers = Numbers()
        return Requests(
            name: "mixed",
            requests: (0..<count).map { _ in
                let isUnknown = numbers.below(10) == 0
                let service =
                    isUnknown
                    ? "team-\(numbers.below(60))-new-\(numbers.below(1_000))"
                    : LargePolicy.services[numbers.below(LargePolicy.serviceCount)]
                return request(numbers.below(subjects.count), service, &numbers)
            }, subjects: subjects)
    }

    /// Names under which some 30 patterns overlap.
    static func deep(_ subjects: [Subject]) -> Requests {
        var numbers = Numbers()
        return Requests(
            name: "deep overlaps",
            requests: (0..<count).map { _ in
                let names = LargePolicy.deepNames
                return request(
                    numbers.below(subjects.count), names[numbers.below(names.count)], &numbers)
            }, subjects: subjects)
    }

    /// All services at once, which meets the denies of all.
    static func listing(_ subjects: [Subject]) -> Requests {
        var numbers = Numbers()
        return Requests(
            name: "listing",
            requests: (0..<count).map { _ in
                request(numbers.below(subjects.count), nil, &numbers)
            }, subjects: subjects)
    }

    private static func request(
        _ subject: Int, _ service: String?, _ numbers: inout Numbers
    ) -> Request {
        let actions: [Action] = [.serviceDiscover, .serviceRead, .serviceRegister]
        var context = Context(nowNanoseconds: now + Int64(numbers.below(1_000_000_000)))
        let addresses: [UInt32] = [0x0A01_0203, 0xC0A8_0001, 0xCB00_7109]
        if numbers.below(10) > 0 {
            context.sourceIP = IPAddress(v4: addresses[numbers.below(addresses.count)])
        }
        if numbers.below(10) > 0 { context.authenticationStrength = .certificate }
        if numbers.below(10) > 0 { context.certificateAgeNanoseconds = 3_600_000_000_000 }
        return Request(
            subject: subject,
            operation: Operation(
                action: actions[numbers.below(actions.count)],
                resource: Resource(service: service)), context: context)
    }
}

/// Numbers that are the same in every run.
struct Numbers {
    private var state: UInt64 = 42

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }
}
