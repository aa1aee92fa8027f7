/// Every bound of the registry; over one of them is an error or a refusal, never a trap.
public enum RegistryLimits {
    /// The longest service, namespace, instance, zone or region name, in bytes.
    public static let nameBytesMax = 100
    /// The longest DNS name an instance may give as its address (RFC 1035 section 2.3.4).
    public static let hostBytesMax = 253
    /// The longest label of such a DNS name (RFC 1035 section 2.3.4).
    public static let hostLabelBytesMax = 63
    /// The most tags of one instance.
    public static let tagsMax = 32
    /// The longest tag, in bytes.
    public static let tagBytesMax = 128
    /// The most metadata members of one instance.
    public static let metadataMax = 64
    /// The longest metadata key, in bytes.
    public static let metadataKeyBytesMax = 128
    /// The longest metadata value, in bytes.
    public static let metadataValueBytesMax = 512
    /// The longest metadata of one instance, keys and values together, in bytes.
    public static let metadataBytesMax = 8192
    /// The longest version text, in bytes.
    public static let versionBytesMax = 64
    /// The heaviest weight.
    public static let weightMax = 65_535
    /// The weight of an instance that gives none.
    public static let weightDefault = 1
    /// The shortest lease, in seconds.
    public static let ttlSecondsMin = 5
    /// The longest lease, in seconds.
    public static let ttlSecondsMax = 86_400
    /// The lease of an instance that gives none, in seconds.
    public static let ttlSecondsDefault = 30
    /// The most instances of one service.
    public static let instancesPerServiceMax = 10_000
    /// The most instances of the whole catalogue.
    public static let instancesMax = 200_000
    /// The most registrations of one principal, where nothing else is configured.
    public static let registrationsPerPrincipalDefault = 1_000
    /// The most registrations in one namespace, where nothing else is configured.
    public static let registrationsPerNamespaceDefault = 100_000
    /// The most entries of one page of a list, and as many where none are named.
    public static let pageEntriesMax = 1_000
    /// The most bytes of the entries of one page; only one entry by itself may be longer.
    public static let pageBytesMax = 1 << 20
    /// The most instance ids that one expiry record names.
    public static let expiredPerBatchMax = 256
    /// The most leases that one sweep lets end, so the most a second; the others end with the sweeps that follow.
    public static let expiriesPerSweepMax = 1_000
    /// For how long a sweep lets leases end; longer than the time to the next one, so that ends are exact.
    public static let sweepReachNanoseconds: Int64 = 1_500_000_000
    /// A sweep that comes later than this finds a gateway that was away: every lease begins anew.
    public static let sweepPauseNanosecondsMax: Int64 = 5_000_000_000
    /// The time in which ends count as ends at once.
    public static let endingWindowNanoseconds: Int64 = 60_000_000_000
    /// The most batches that one look for expired leases gives.
    public static let expiredBatchesMax = 64
    /// The most rows that one transaction of the persister writes.
    public static let storeBatchRowsMax = 5_000
    /// The time that changes gather before they are written together, in milliseconds.
    public static let storePauseMillisecondsMin = 40
    /// The longest wait before a failed write is tried again, in milliseconds.
    public static let storePauseMillisecondsMax = 5_000
    /// The most changed instances kept by name; beyond it the next write replaces everything.
    public static let dirtyMax = 400_000
    /// Changes that wait for another of the same instance to be done.
    public static let claimWaitersPerInstanceMax = 64
    /// Changes that wait for another of the same instance to be done, over all instances.
    public static let claimWaitersMax = 1_024
}
