internal import Foundation
internal import Wire

/// The people listener's certificate where others issue it, as browsers ask for: read at the start and in each round.
struct CertificateFiles: Sendable {
    private let certificatePath: String
    private let keyPath: String

    /// Nil where our own authority issues it.
    init?(_ people: GatewayConfiguration.People) {
        guard let certificatePath = people.certificatePath, let keyPath = people.keyPath else {
            return nil
        }
        self.certificatePath = certificatePath
        self.keyPath = keyPath
    }

    /// Reads both files for the first time.
    func box() throws(CertificateFileFault) -> (TLSContextBox, CertificateLife?) {
        let settings = try settings()
        do {
            return (try TLSContextBox(settings), life(settings))
        } catch {
            throw fault(error)
        }
    }

    /// Puts what the files hold now in place; on a throw the old stays.
    func renew(_ box: TLSContextBox) throws(CertificateFileFault) -> CertificateLife? {
        let settings = try settings()
        do {
            try box.swap(settings)
            return life(settings)
        } catch {
            throw fault(error)
        }
    }

    private func life(_ settings: TLSSettings) -> CertificateLife? {
        settings.leafSeconds.map { seconds in
            CertificateLife(
                kind: .people, name: "people.cert",
                beginNanoseconds: seconds.begin.multipliedReportingOverflow(by: 1_000_000_000)
                    .partialValue,
                endNanoseconds: min(seconds.end, TrustLimits.lastSecond) * 1_000_000_000)
        }
    }

    private func settings() throws(CertificateFileFault) -> TLSSettings {
        for (path, purpose) in [
            (certificatePath, "the people listener's certificate"),
            (keyPath, "the people listener's key"),
        ] {
            if let fault = Custodian().fault(at: path, purpose) {
                throw CertificateFileFault(description: fault)
            }
        }
        do throws(TLSSettingsError) {
            return TLSSettings(
                certificateChain: try TLSSettings.certificates(pem: read(certificatePath)),
                privateKeyPEM: try read(keyPath), clientCertificates: .notAsked,
                minimumVersion: .tls12)
        } catch {
            throw fault(error)
        }
    }

    private func fault(_ error: TLSSettingsError) -> CertificateFileFault {
        CertificateFileFault(
            description: "\(ConfigurationName.peopleCertificate) \(certificatePath), "
                + "\(ConfigurationName.peopleKey) \(keyPath): \(error)")
    }

    private func read(_ path: String) throws(TLSSettingsError) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: TrustLimits.certificateFileBytesMax + 1),
            !data.isEmpty
        else { throw .unusable("\(path) can't be read, or is empty") }
        guard data.count <= TrustLimits.certificateFileBytesMax else {
            throw .unusable(
                "\(path) has more than \(TrustLimits.certificateFileBytesMax) bytes")
        }
        return Array(data)
    }
}

/// Why the people listener's files are not taken, in a sentence.
struct CertificateFileFault: Error, CustomStringConvertible {
    let description: String
}
