internal import Audit

extension ConfigurationKey {
    static let journal: [ConfigurationKey] = [
        optionalPath(
            "audit.dir", "the journal's folder; default: audit in data", \.audit.directory),
        whole(
            "audit.segment_bytes", "a size from 64KiB to 4GiB, as 64MiB",
            "how large a segment gets before the next is begun", \.audit.segmentBytes,
            { $0.bytes }, in: 64 << 10...4 << 30),
        whole(
            "audit.fill_bytes", "a size from 0 to 64MiB, as 4MiB",
            "how far a segment is filled ahead", \.audit.fillBytes, { $0.bytes }, in: 0...64 << 20),
        whole(
            "audit.free_bytes_min", "a size from 0 to 64GiB, as 2MiB",
            "how much of the log's disk must be free for records to be taken",
            \.audit.freeBytesMin, { $0.bytes }, in: 0...64 << 30),
        whole(
            "audit.heartbeat", "a duration from 1s to 1d, as 60s",
            "how often the log says that it goes on", \.audit.heartbeatSeconds, { $0.seconds },
            in: 1...86_400),
        optionalPath(
            "audit.witnesses", "a policy file that names the log's witnesses (C2SP tlog-policy)",
            \.audit.witnessPolicyPath),
        optionalPath(
            "audit.witnesses_ca",
            "the authorities of the witnesses' servers; default: the system's",
            \.audit.witnessAuthoritiesPath),
        whole(
            "audit.witness_interval", "a duration from 1s to 1h, as 10s",
            "how often witnesses are asked while nobody wants to know", \.audit.witnessSeconds,
            { $0.seconds }, in: 1...3600),
        whole(
            "audit.read_rate", "a size from 64KiB to 4GiB, as 8MiB",
            "how much of the log is read again each second, to find damage",
            \.audit.readBytesPerSecond, { $0.bytes }, in: 64 << 10...4 << 30),
        whole(
            "audit.key_overlap", "a duration from 1m to 366d, as 7d",
            "how long the log's last key signs beside the next one", \.audit.keyOverlapSeconds,
            { $0.seconds }, in: 60...31_622_400),
        whole(
            "audit.erase_after", "a duration from 0s to 3660d, as 366d",
            "how long ago a person must have been recorded last to be erased",
            \.audit.eraseAfterSeconds, { $0.seconds }, in: 0...316_224_000),
        flag(
            "audit.tile_entries",
            "whether the log's tiles hold the records, too: as much again as the log",
            \.audit.publishesEntries),
        flag(
            "audit.compress", "whether segments of the log are packed (gzip) once they are full",
            \.audit.packsSegments),
        ConfigurationKey(
            name: "audit.retention.age", form: "a duration from 1d to 36500d, as 400d, or forever",
            meaning: "how long records are kept; older ones go, whole segments at a time"
        ) { configuration, value in
            let seconds = value.seconds
            guard value.text == "forever" || seconds.map(retentionSeconds.contains) == true else {
                return false
            }
            configuration.audit.retention.ageNanoseconds = seconds.map {
                Int64($0) * 1_000_000_000
            }
            return true
        },
        ConfigurationKey(
            name: "audit.retention.size", form: "a size from 64MiB on, as 200GiB, or unlimited",
            meaning: "how much disk the log's segments may take; the oldest go"
        ) { configuration, value in
            let bytes = value.bytes
            guard value.text == "unlimited" || bytes ?? 0 >= retentionBytesMin else {
                return false
            }
            configuration.audit.retention.bytesMax = bytes.map { Int64($0) }
            return true
        },
    ]

    private static let retentionSeconds = 86_400...36_500 * 86_400
    private static let retentionBytesMin = 64 << 20

    private static func flag(
        _ name: String, _ meaning: String,
        _ place: any WritableKeyPath<GatewayConfiguration, Bool> & Sendable
    ) -> ConfigurationKey {
        ConfigurationKey(name: name, form: "true or false", meaning: meaning) {
            configuration, value in
            guard let text = value.text, ["true", "false"].contains(text) else { return false }
            configuration[keyPath: place] = text == "true"
            return true
        }
    }
}
