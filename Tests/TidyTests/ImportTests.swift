import Testing

@Suite struct ImportTests {
    /// Which project modules a target may import; docs/architecture.md has the picture.
    private let allowed: [String: Set<String>] = [
        "Text": [],
        "Time": [],
        "StrictJSON": ["Text"],
        "XML": [],
        "SAML": ["Text", "XML"],
        "Policy": ["Text", "StrictJSON"],
        "Audit": ["Text", "Time", "StrictJSON"],
        "AuditIndex": ["Text", "StrictJSON", "Audit"],
        "Proofs": ["Text", "Policy", "Audit"],
        "PKI": ["Text", "StrictJSON", "Policy", "Audit", "Proofs"],
        "Auth": ["Text", "Proofs", "StrictJSON", "PKI", "Policy", "Audit", "SAML"],
        "Registry": ["Text", "Time", "Proofs", "Policy", "Audit", "StrictJSON"],
        "Wire": ["Text", "CNGHTTP2"],
        "Gateway": [
            "Text", "Time", "Proofs", "StrictJSON", "Policy", "Audit", "PKI", "Auth", "Registry",
            "Wire", "LDAP", "SAML", "Workers",
        ],
        "Workers": ["Text", "Time", "StrictJSON"],
        "LDAP": ["Text", "Time", "StrictJSON", "Workers"],
        "maxine": [
            "Gateway", "Auth", "Policy", "Audit", "AuditIndex", "PKI", "StrictJSON", "Text", "Time",
            "LDAP",
        ],
    ]

    /// Which targets may import an outside module that only one place should know.
    private let owners: [String: Set<String>] = [
        "X509": ["PKI"], "SwiftASN1": ["PKI"], "GRDB": ["Registry", "Auth", "AuditIndex"],
        "NIOSSL": ["Wire", "Gateway", "maxine"], "Yams": ["Policy"],
        "AsyncHTTPClient": ["Gateway", "maxine"], "CNGHTTP2": ["Wire"], "CProcess": ["maxine"],
        "CPKCS11": ["Gateway"], "CSandbox": ["Workers"], "CLDAP": ["LDAP"],
        "CZlib": ["Audit", "AuditIndex"],
    ]

    @Test func modulesImportOnlyWhatTheArchitectureAllows() throws {
        var seen = 0
        for file in try SourceTree.swiftFiles(under: "Sources") {
            let target = SourceTree.target(of: file.path)
            let mayImport = try #require(allowed[target], "unknown target \(target)")
            for module in file.lines.compactMap(importedModule) {
                seen += 1
                if allowed.keys.contains(module), !mayImport.contains(module) {
                    Issue.record("\(file.path) imports \(module)")
                }
                if let owners = owners[module], !owners.contains(target) {
                    Issue.record("\(file.path) imports \(module)")
                }
            }
        }
        #expect(seen > 100)
    }

    private func importedModule(_ line: Substring) -> String? {
        let words = line.split(separator: " ")
        guard let keyword = words.firstIndex(of: "import"), keyword <= 2, !line.hasPrefix("//"),
            let last = words.last
        else { return nil }
        return last.split(separator: ".").first.map(String.init)
    }
}
