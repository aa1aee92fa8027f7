extension GatewayConfiguration {
    /// What stands before a change of the policy, besides its being free of errors and passing its own tests.
    public struct PolicyGates: Equatable, Sendable {
        /// How many people must want a change; 1 for whoever makes it.
        public var approvals = 1
        /// ssh-keygen's file of who may sign policies; nil for no signatures.
        public var allowedSignersPath: String?
        /// Whether warnings refuse a policy too.
        public var refusesWarnings = false
        /// How many of the newest records a candidate is replayed against; 0 for none.
        public var replayRecords = 0
        /// The most of them that may be newly denied; nil for any number.
        public var newlyDeniedMax: Int?
        /// The most of them that may be newly allowed; nil for any number.
        public var newlyAllowedMax: Int?
        /// The policy for emergencies.
        public var breakGlass = BreakGlass()

        /// Makes the defaults.
        public init() {}

        /// Whether files that changed while the gateway was down are not simply taken at start.
        var isGuarded: Bool { approvals > 1 || replayRecords > 0 }
    }

    /// The policy for emergencies: declared beforehand, in force for some minutes when an operator says why.
    public struct BreakGlass: Equatable, Sendable {
        /// A policy file or folder; nil for no break-glass.
        public var policyPath: String?
        /// The longest time.
        public var minutesMax = 60

        /// Makes the defaults.
        public init() {}
    }
}

extension ConfigurationKey {
    static let policyGates: [ConfigurationKey] = [
        whole(
            "policy_gate.approvals", "a number from 1 to 5",
            "how many people must want a policy before it is in force", \.policyGates.approvals,
            { $0.number }, in: 1...5),
        optionalPath(
            "policy_gate.allowed_signers",
            "who may sign policies (ssh-keygen's form); then each file needs FILE.sig",
            \.policyGates.allowedSignersPath),
        ConfigurationKey(
            name: "policy_gate.warnings", form: "allow or refuse",
            meaning: "whether a policy with warnings may come into force"
        ) { configuration, value in
            guard value.text == "allow" || value.text == "refuse" else { return false }
            configuration.policyGates.refusesWarnings = value.text == "refuse"
            return true
        },
        whole(
            "policy_gate.replay_records", "a number from 0 to 10000000",
            "how many of the newest records a new policy is replayed against first",
            \.policyGates.replayRecords, { $0.number }, in: 0...10_000_000),
        optionalWhole(
            "policy_gate.newly_denied_max", "the most of them that it may newly deny",
            \.policyGates.newlyDeniedMax),
        optionalWhole(
            "policy_gate.newly_allowed_max", "the most of them that it may newly allow",
            \.policyGates.newlyAllowedMax),
        optionalPath(
            "break_glass.policy", "the policy for emergencies; without it there is no break-glass",
            \.policyGates.breakGlass.policyPath),
        whole(
            "break_glass.minutes_max", "a number from 1 to 1440",
            "the longest time that the policy for emergencies is in force",
            \.policyGates.breakGlass.minutesMax, { $0.number }, in: 1...1_440),
    ]

    private static func optionalWhole(
        _ name: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, Int?> & Sendable
    ) -> ConfigurationKey {
        ConfigurationKey(name: name, form: "a number from 0 to 10000000", meaning: meaning) {
            configuration, value in
            guard let number = value.number, (0...10_000_000).contains(number) else { return false }
            configuration[keyPath: path] = number
            return true
        }
    }
}
