internal import Foundation
internal import PKI
internal import Time

/// How the configuration says that keys are kept.
struct ConfiguredCustody {
    private let configuration: GatewayConfiguration
    private let environment: [String: String]
    private let elapsed: @Sendable () -> Int64

    init(
        _ configuration: GatewayConfiguration,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        elapsed: @escaping @Sendable () -> Int64 = Clocks.system.elapsed
    ) {
        self.configuration = configuration
        self.environment = environment
        self.elapsed = elapsed
    }

    /// Reads the secrets that it names.
    func open() throws(PKIError) -> KeyCustody {
        var custody = KeyCustody()
        if let source = configuration.custody.seal {
            custody.seal = try seal(source, as: ConfigurationName.seal)
        }
        let openBao = configuration.custody.openBao
        if let address = openBao.address, let token = openBao.token {
            custody.outside.append(
                try OpenBaoKeeper(
                    openBao, address: address, token: token, environment: environment,
                    elapsed: elapsed))
        }
        let pkcs11 = configuration.custody.pkcs11
        if let module = pkcs11.module, let label = pkcs11.token, let pin = pkcs11.pin {
            custody.outside.append(
                try PKCS11Keeper(module: module, label: label, pin: pin, environment: environment))
        }
        custody.maker = configuration.custody.maker
        return custody
    }

    /// The sealing key of a source.
    func seal(_ source: SecretSource, as key: String) throws(PKIError) -> KeySeal {
        let secret = try source.read(as: key, environment: environment)
        do throws(PKIError) {
            return try KeySeal(secret: secret)
        } catch {
            throw .unusableFiles("\(key): \(error.message)")
        }
    }
}
