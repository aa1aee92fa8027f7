extension PolicySource {
    /// The shipped default policy, `policies/default.yaml`.
    public static let shipped = PolicySource(name: "default.yaml", text: ShippedPolicy.text)
}
