// swift-tools-version: 6.3
import PackageDescription

// `make test` builds our modules once more, as the release but open to the tests.
let isOpenToTests = Context.environment["MAXINE_TESTABLE"] != nil
let openness: [SwiftSetting] = isOpenToTests ? [.unsafeFlags(["-Onone", "-enable-testing"])] : []

let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ] + openness

func product(_ name: String, _ package: String) -> Target.Dependency {
    .product(name: name, package: package)
}

let nioCore = product("NIOCore", "swift-nio")
let nioLocks = product("NIOConcurrencyHelpers", "swift-nio")
let crypto = product("Crypto", "swift-crypto")

let package = Package(
    name: "maxine",
    products: [
        .executable(name: "maxine", targets: ["maxine"]),
        // For the fuzz programs in Tests/Fuzz, a package of its own.
        .library(name: "XML", targets: ["XML"]),
        .library(name: "SAML", targets: ["SAML"]),
        .library(name: "StrictJSON", targets: ["StrictJSON"]),
        .library(name: "Policy", targets: ["Policy"]),
        .library(name: "Audit", targets: ["Audit"]),
        .library(name: "Auth", targets: ["Auth"]),
        .library(name: "PKI", targets: ["PKI"]),
        .library(name: "Registry", targets: ["Registry"]),
        .library(name: "Wire", targets: ["Wire"]),
        .library(name: "LDAP", targets: ["LDAP"]),
        .library(name: "Workers", targets: ["Workers"]),
        .library(name: "Gateway", targets: ["Gateway"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "Text", swiftSettings: strict),
        .target(name: "Time", swiftSettings: strict),
        .target(name: "XML", swiftSettings: strict),
        .target(
            name: "SAML",
            dependencies: ["Text", "XML", crypto, product("CryptoExtras", "swift-crypto")],
            swiftSettings: strict),
        .target(name: "StrictJSON", dependencies: ["Text"], swiftSettings: strict),
        .target(
            name: "Policy",
            dependencies: [
                "Text", crypto, product("Yams", "yams"),
            ],
            swiftSettings: strict),
        .target(
            name: "Audit",
            dependencies: [
                "Text", "Time", "StrictJSON", "CZlib", crypto, nioLocks,
            ],
            swiftSettings: strict),
        .target(
            name: "AuditIndex",
            dependencies: ["Text", "StrictJSON", "Audit", "CZlib", product("GRDB", "GRDB.swift")],
            swiftSettings: strict),
        .target(name: "Proofs", dependencies: ["Text", "Policy", "Audit"], swiftSettings: strict),
        .target(
            name: "PKI",
            dependencies: [
                "Text", "StrictJSON", "Policy", "Audit", "Proofs", crypto, nioLocks,
                product("X509", "swift-certificates"), product("SwiftASN1", "swift-asn1"),
            ],
            swiftSettings: strict),
        .target(
            name: "Auth",
            dependencies: [
                "Text", "Proofs", "StrictJSON", "PKI", "Policy", "Audit", "SAML", crypto, nioLocks,
                product("CryptoExtras", "swift-crypto"), product("GRDB", "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "Registry",
            dependencies: [
                "Text", "Time", "Policy", "Audit", "Proofs", "StrictJSON", nioLocks,
                product("GRDB", "GRDB.swift"),
                product("Logging", "swift-log"),
            ],
            swiftSettings: strict),
        .systemLibrary(
            name: "CNGHTTP2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CProcess"),
        .systemLibrary(name: "CPKCS11"),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLDAP", providers: [.apt(["libldap-dev"])]),
        .systemLibrary(name: "CSandbox"),
        // Processes that read what hostile peers send, and what runs in them: apart from all that decides.
        .target(
            name: "Workers",
            dependencies: [
                "CSandbox", "StrictJSON", "Text", "Time", nioLocks,
                product("NIOPosix", "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "LDAP", dependencies: ["CLDAP", "StrictJSON", "Text", "Time", "Workers"],
            swiftSettings: strict),
        .target(
            name: "Wire",
            dependencies: [
                "Text", "CNGHTTP2", nioCore, nioLocks, product("NIOPosix", "swift-nio"),
                product("NIOSSL", "swift-nio-ssl"), product("NIOTLS", "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "Gateway",
            dependencies: [
                "Text", "Time", "StrictJSON", "Policy", "Audit", "Proofs", "PKI", "Auth",
                "Registry", "SAML", "Wire", "CPKCS11", "LDAP", "Workers",
                nioCore, nioLocks, crypto,
                product("AsyncHTTPClient", "async-http-client"),
                product("DequeModule", "swift-collections"), product("Logging", "swift-log"),
                product("Mustache", "swift-mustache"),
                product("NIOHTTP1", "swift-nio"), product("NIOPosix", "swift-nio"),
                product("NIOSSL", "swift-nio-ssl"), product("NIOTLS", "swift-nio"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "maxine",
            dependencies: [
                "Audit", "AuditIndex", "Auth", "CProcess", "Gateway", "LDAP", "PKI", "Policy",
                "StrictJSON",
                "Text",
                "Time",
                nioCore,
                product("ArgumentParser", "swift-argument-parser"),
                product("AsyncHTTPClient", "async-http-client"),
                product("Logging", "swift-log"), product("NIOHTTP1", "swift-nio"),
                product("NIOPosix", "swift-nio"), product("NIOSSL", "swift-nio-ssl"),
                product("ServiceLifecycle", "swift-service-lifecycle"),
                product("UnixSignals", "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "FastLaneBenchmark",
            dependencies: [
                "Audit", "Policy", "Registry", "StrictJSON", "Time", nioLocks,
                product("DequeModule", "swift-collections"), product("GRDB", "GRDB.swift"),
            ],
            path: "Tests/Benchmarks", swiftSettings: strict),
        .executableTarget(
            name: "LogMaker", dependencies: ["Audit"], path: "Tests/LogMaker",
            swiftSettings: strict),
        // No tests: run by `make attack`. Built with them all the same, so that it goes on compiling.
        .executableTarget(
            name: "Attack",
            dependencies: [
                "StrictJSON", "Support", nioCore, nioLocks, product("NIOPosix", "swift-nio"),
                product("NIOHTTP1", "swift-nio"), product("NIOSSL", "swift-nio-ssl"),
                product("ArgumentParser", "swift-argument-parser"),
                product("AsyncHTTPClient", "async-http-client"),
            ],
            path: "Tests/Attack", swiftSettings: strict),
        // What tests have workers do that these may not.
        .executableTarget(
            name: "Confined", dependencies: ["Workers"], path: "Tests/Confined",
            swiftSettings: strict),
        .target(
            name: "Support",
            dependencies: [
                "StrictJSON", "Time", crypto, nioLocks, product("X509", "swift-certificates"),
                product("SwiftASN1", "swift-asn1"),
            ],
            path: "Tests/Support",
            exclude: [
                "Files", "Proofs", "SAML", "Gateways/ClockShim", "Gateways/StorageShim",
            ],
            swiftSettings: strict),
        .target(
            name: "FileSupport", dependencies: ["Audit"], path: "Tests/Support/Files",
            swiftSettings: strict),
        // Apart from the rest, so that tests which need no policy are not built again when it changes.
        .target(
            name: "ProofSupport", dependencies: ["Audit", "Policy", "Support"],
            path: "Tests/Support/Proofs", swiftSettings: strict),
        // Apart from the rest, too: providers of SAML whose messages a test bends.
        .target(
            name: "SAMLSupport",
            dependencies: [
                "SAML", "XML", "Support", crypto, product("CryptoExtras", "swift-crypto"),
            ],
            path: "Tests/Support/SAML", swiftSettings: strict),
        .testTarget(name: "TextTests", dependencies: ["Text"], swiftSettings: strict),
        .testTarget(
            name: "TimeTests", dependencies: ["Time", "Support"], swiftSettings: strict),
        .testTarget(name: "XMLTests", dependencies: ["XML", "Support"], swiftSettings: strict),
        .testTarget(
            name: "SAMLTests",
            dependencies: [
                "SAML", "XML", "Support", "SAMLSupport", crypto,
                product("CryptoExtras", "swift-crypto"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "StrictJSONTests", dependencies: ["StrictJSON"], swiftSettings: strict),
        .testTarget(
            name: "PolicyTests", dependencies: ["Policy", "Support"], swiftSettings: strict),
        .testTarget(
            name: "AuditTests",
            dependencies: ["Audit", "FileSupport", "Support", crypto, nioLocks],
            swiftSettings: strict),
        .testTarget(
            name: "AuditIndexTests", dependencies: ["Audit", "AuditIndex", "Support", "Text"],
            swiftSettings: strict),
        .testTarget(
            name: "WorkersTests", dependencies: ["Confined", "Support", "Workers"],
            swiftSettings: strict),
        .testTarget(
            name: "LDAPTests", dependencies: ["LDAP", "StrictJSON", "Support", "Workers"],
            swiftSettings: strict),
        .testTarget(
            name: "PKITests",
            dependencies: [
                "PKI", "Policy", "Audit", "Support", "Text", "ProofSupport", crypto,
                product("X509", "swift-certificates"),
                product("SwiftASN1", "swift-asn1"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "AuthTests",
            dependencies: [
                "Auth", "PKI", "Policy", "Audit", "StrictJSON", "Support", "Text", "ProofSupport",
                crypto, product("CryptoExtras", "swift-crypto"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RegistryTests",
            dependencies: [
                "Registry", "Policy", "Audit", "Proofs", "StrictJSON", "Support",
                "ProofSupport", nioLocks,
                product("GRDB", "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WireTests",
            dependencies: [
                "Wire", "Support", "CNGHTTP2", nioCore, nioLocks,
                product("NIOPosix", "swift-nio"),
                product("NIOEmbedded", "swift-nio"), product("NIOSSL", "swift-nio-ssl"),
                product("NIOTLS", "swift-nio"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Audit", "Auth", "FileSupport", "Gateway", "LDAP", "PKI", "Policy", "ProofSupport",
                "Proofs", "Registry", "SAML", "SAMLSupport", "Workers",
                "StrictJSON", "Support", "Text", "Wire", nioCore, nioLocks, crypto,
                product("AsyncHTTPClient", "async-http-client"),
                product("GRDB", "GRDB.swift"),
                product("Logging", "swift-log"), product("NIOHTTP1", "swift-nio"),
                product("NIOPosix", "swift-nio"), product("NIOSSL", "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "maxine", "Gateway", "LDAP", "StrictJSON", "Support", "Workers", nioCore, nioLocks,
                product("AsyncHTTPClient", "async-http-client"),
                product("NIOHTTP1", "swift-nio"), product("NIOSSL", "swift-nio-ssl"),
            ],
            swiftSettings: strict),
        .testTarget(name: "TidyTests", exclude: ["exceptions.txt"], swiftSettings: strict),
    ]
)
