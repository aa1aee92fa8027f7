internal import Auth
public import PKI

extension GatewayConfiguration {
    /// How the private keys of the authorities are kept.
    public struct Custody: Equatable, Sendable {
        /// Where the key is that files of keys are sealed with; nil leaves them plain.
        public var seal: SecretSource?
        /// Who makes new keys: the word of a keeper outside; nil for files here.
        public var maker: String?
        /// The OpenBao server whose transit engine keeps keys.
        public var openBao = OpenBao()
        /// The token of a PKCS#11 module that keeps keys.
        public var pkcs11 = PKCS11()

        /// Makes the defaults.
        public init() {}

        /// An OpenBao server.
        public struct OpenBao: Equatable, Sendable {
            /// Its address, without a path; nil for none.
            public var address: String?
            /// Where our token is.
            public var token: SecretSource?
            /// Where the transit engine is mounted.
            public var mount = "transit"
            /// A file of the authorities of its certificate; nil for the system's.
            public var authorities: String?

            /// Makes the defaults.
            public init() {}
        }

        /// A token of a PKCS#11 module.
        public struct PKCS11: Equatable, Sendable {
            /// The module, a shared library; nil for none.
            public var module: String?
            /// The token's label.
            public var token: String?
            /// Where its user's PIN is.
            public var pin: SecretSource?

            /// Makes the defaults.
            public init() {}
        }
    }
}

extension ConfigurationKey {
    static let custody: [ConfigurationKey] = [
        secret(
            ConfigurationName.seal, "where the key is that files of keys are sealed with",
            \.custody.seal),
        ConfigurationKey(
            name: ConfigurationName.keeper, form: "file, openbao or pkcs11",
            meaning: "where the keys of new authorities are made and kept"
        ) { configuration, value in
            guard let text = value.text, ["file", "openbao", "pkcs11"].contains(text) else {
                return false
            }
            configuration.custody.maker = text == "file" ? nil : text
            return true
        },
        ConfigurationKey(
            name: ConfigurationName.openBaoAddress,
            form: "an https address without a path, or http on loopback",
            meaning: "the OpenBao server whose transit engine keeps keys"
        ) { configuration, value in
            guard let text = value.text, isServer(text) else { return false }
            configuration.custody.openBao.address = text
            return true
        },
        secret(
            ConfigurationName.openBaoToken, "where the token for OpenBao is",
            \.custody.openBao.token),
        ConfigurationKey(
            name: ConfigurationName.openBaoMount,
            form: "a path of letters, digits, '-', '_' and '/'",
            meaning: "where OpenBao's transit engine is mounted"
        ) { configuration, value in
            guard let text = value.text, isMount(text) else { return false }
            configuration.custody.openBao.mount = text
            return true
        },
        optionalPath(
            ConfigurationName.openBaoAuthorities,
            "the authorities of OpenBao's certificate in PEM; default: the system's",
            \.custody.openBao.authorities),
        optionalPath(
            ConfigurationName.pkcs11Module,
            "the PKCS#11 module, a shared library, whose token keeps keys",
            \.custody.pkcs11.module),
        ConfigurationKey(
            name: ConfigurationName.pkcs11Token, form: "a label of 1 to 32 bytes",
            meaning: "the label of the token that keeps keys"
        ) { configuration, value in
            guard let text = value.text, (1...32).contains(text.utf8.count) else { return false }
            configuration.custody.pkcs11.token = text
            return true
        },
        secret(
            ConfigurationName.pkcs11PIN, "where the PIN of the token's user is",
            \.custody.pkcs11.pin),
    ]

    private static func secret(
        _ name: String, _ meaning: String,
        _ path: any WritableKeyPath<GatewayConfiguration, SecretSource?> & Sendable
    ) -> ConfigurationKey {
        ConfigurationKey(
            name: name, form: SecretSource.form, meaning: meaning, hidesValue: true
        ) { configuration, value in
            guard let source = value.text.flatMap(SecretSource.init) else { return false }
            configuration[keyPath: path] = source
            return true
        }
    }

    /// Scheme, host and port, and nothing more.
    static func isServer(_ text: String) -> Bool {
        guard KeyAddress(text, allowsLoopbackHTTP: true) != nil else { return false }
        return text.utf8.count { $0 == 0x2F } == 2 && !text.utf8.contains(0x3F)
    }

    private static func isMount(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy {
                        (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0)
                            || $0 == 0x2D || $0 == 0x5F
                    }
            }
    }
}

extension ConfigurationReader {
    /// A keeper that is not told how to be reached, and what would be passed over.
    mutating func checkCustody() {
        checkToken()
        let custody = configuration.custody
        let openBao = custody.openBao
        if openBao.address == nil {
            if custody.maker == "openbao" {
                faults.append(
                    "\(ConfigurationName.keeper) is openbao: set \(ConfigurationName.openBaoAddress) and"
                        + " \(ConfigurationName.openBaoToken)")
            } else if openBao != .init() {
                faults.append(
                    "keys of custody.openbao are set, and \(ConfigurationName.openBaoAddress) is not"
                )
            }
        } else if openBao.token == nil {
            faults.append(
                "\(ConfigurationName.openBaoAddress) is set: set \(ConfigurationName.openBaoToken), too"
            )
        }
    }

    private mutating func checkToken() {
        let pkcs11 = configuration.custody.pkcs11
        let isWhole = pkcs11.module != nil && pkcs11.token != nil && pkcs11.pin != nil
        let isWanted = configuration.custody.maker == "pkcs11" || pkcs11 != .init()
        guard isWanted, !isWhole else { return }
        faults.append(
            "\(ConfigurationName.pkcs11Module), \(ConfigurationName.pkcs11Token) and"
                + " \(ConfigurationName.pkcs11PIN) go together: set all three")
    }
}
