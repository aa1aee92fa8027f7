import Testing

@testable import Gateway

@Suite struct CertificateNameTests {
    @Test(arguments: [
        ("ldap.example.org", "ldap.example.org"), ("LDAP.example.org", "ldap.EXAMPLE.org"),
        ("ldap.example.org.", "ldap.example.org"), ("ldap.example.org", "*.example.org"),
    ])
    func isForTheName(host: String, pattern: String) {
        #expect(CertificateName.matches(host, Array(pattern.utf8)))
    }

    @Test(arguments: [
        ("ldap.example.org", "example.org"), ("ldap.example.org", "ldap.example.com"),
        ("a.b.example.org", "*.example.org"), ("example.org", "*.org"),
        (".example.org", "*.example.org"),
        ("ldap.example.org", "*"), ("ldap.example.org", "l*.example.org"),
        ("ldap.example.org", "ldap.example.org\0.evil"), ("ldap.example.org", ""), ("", ""),
        ("ldap.example.org", "*.*.org"),
    ])
    func isForAnother(host: String, pattern: String) {
        #expect(!CertificateName.matches(host, Array(pattern.utf8)))
    }
}
