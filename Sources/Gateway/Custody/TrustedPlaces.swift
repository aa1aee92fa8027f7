internal import Auth
internal import Foundation

/// The folders and files that the gateway takes for its own: whoever can change them decides in its place.
struct TrustedPlaces: Sendable {
    private let configuration: GatewayConfiguration
    private let custodian = Custodian()

    init(_ configuration: GatewayConfiguration) {
        self.configuration = configuration
    }

    /// Refuses places that others could change; what is not there yet is passed over.
    ///
    /// - Throws: ``CustodyFault`` with a line for each.
    func check() throws(CustodyFault) {
        let faults = places.compactMap { custodian.fault(at: $0.path, $0.purpose) }
        guard faults.isEmpty else { throw CustodyFault(faults: faults) }
    }

    private var places: [(path: String, purpose: String)] {
        let data = configuration.dataDirectory
        let pki = data + "/pki"
        let audit = configuration.auditDirectory
        let store = configuration.storePath
        let credentials = configuration.credentialsPath
        let persons = configuration.personsPath
        let names = (try? FileManager.default.contentsOfDirectory(atPath: pki)) ?? []
        return [
            (data, "the data folder"), (data + "/log.anchor", "the end of the log"),
            (configuration.checkpointPath, "the signed end of the log"),
            (configuration.witnessedPath, "the witnessed end of the log"),
            (store, "the catalogue"), (store + "-wal", "the catalogue"),
            (store + "-shm", "the catalogue"),
            (credentials, "the store of credentials"),
            (credentials + "-wal", "the store of credentials"),
            (credentials + "-shm", "the store of credentials"),
            (persons, "the keys of persons"), (persons + "-wal", "the keys of persons"),
            (persons + "-shm", "the keys of persons"), (pki, "the folder of keys"),
        ] + names.sorted().map { (pki + "/" + $0, "the file of the trust domain") } + [
            (audit, "the folder of the log"), (audit + "/segments", "the folder of segments"),
            (audit + "/quarantine", "the folder of what was cut off the log"),
            (configuration.certsDirectory, "the folder of certificates"),
        ]
            + (configuration.audit.witnessPolicyPath.map { [($0, "the policy of witnesses")] } ?? [])
            + configuration.tokenIssuers.compactMap { issuer in
                switch issuer.keys {
                case .file(let path): (path, "the keys of the issuer \(issuer.name)")
                case .address, .discovery:
                    issuer.authorities.map { ($0, "the authorities of the issuer \(issuer.name)") }
                }
            }
    }
}

/// Files or folders that others than us and root could change.
struct CustodyFault: Error, CustomStringConvertible {
    /// A sentence for each.
    let faults: [String]

    var description: String { faults.joined(separator: "\n") }
}
