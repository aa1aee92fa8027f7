internal import XML

extension SAMLAssertion {
    /// Reads an assertion that was verified.
    ///
    /// - Throws: ``SAMLRefusal/structure(_:)``.
    init(_ element: XMLElement) throws(SAMLRefusal) {
        guard element.attribute("Version") == "2.0", let id = element.attribute("ID") else {
            throw .structure("the assertion is not of version 2.0")
        }
        self.id = id
        issuer = try element.needed("Issuer").plain("Issuer")
        let subject = try element.needed("Subject")
        guard subject.elements(SAMLNames.assertion("EncryptedID")).isEmpty else {
            throw .structure("the subject is encrypted on its own, which is not taken")
        }
        nameID = try NameID(try subject.needed("NameID"))
        confirmations = try subject.all("SubjectConfirmation").map {
            confirmation throws(SAMLRefusal) in
            let data = confirmation.elements(SAMLNames.assertion("SubjectConfirmationData"))
            guard data.count <= 1 else { throw .structure("a confirmation has two sets of data") }
            return Confirmation(
                method: confirmation.attribute("Method") ?? "",
                recipient: data.first?.attribute("Recipient"),
                inResponseTo: data.first?.attribute("InResponseTo"),
                notBefore: try data.first?.time("NotBefore"),
                notOnOrAfter: try data.first?.time("NotOnOrAfter"))
        }
        let conditions = try element.needed("Conditions")
        notBefore = try conditions.time("NotBefore")
        notOnOrAfter = try conditions.time("NotOnOrAfter")
        let known = ["AudienceRestriction", "OneTimeUse", "ProxyRestriction"].map(
            SAMLNames.assertion)
        guard conditions.elements.allSatisfy({ known.contains($0.name) }) else {
            // SAML Core section 2.5.1.1: a condition that is not understood makes it no assertion at all.
            throw .structure("a condition that is not known")
        }
        audiences = try conditions.all("AudienceRestriction").map {
            restriction throws(SAMLRefusal) in
            try restriction.all("Audience").map { one throws(SAMLRefusal) in
                try one.plain("Audience")
            }
        }
        statements = try element.all("AuthnStatement").map { one throws(SAMLRefusal) in
            try Statement(one)
        }
        attributes = try Self.attributes(element)
    }

    private static func attributes(_ element: XMLElement) throws(SAMLRefusal) -> [Attribute] {
        var valuesLeft = SAMLLimits.valuesMax
        var attributes: [Attribute] = []
        for statement in element.all("AttributeStatement") {
            guard statement.elements(SAMLNames.assertion("EncryptedAttribute")).isEmpty else {
                throw .structure("an attribute is encrypted on its own, which is not taken")
            }
            for one in statement.all("Attribute") {
                guard let name = one.attribute("Name") else {
                    throw .structure("an attribute has no name")
                }
                let values = one.all("AttributeValue")
                valuesLeft -= values.count
                guard attributes.count < SAMLLimits.attributesMax, valuesLeft >= 0 else {
                    throw .structure("too many attributes or values")
                }
                attributes.append(
                    Attribute(
                        name: name, nameFormat: one.attribute("NameFormat"),
                        friendlyName: one.attribute("FriendlyName"),
                        values: values.compactMap { $0.attributeText }))
            }
        }
        return attributes
    }
}

extension SAMLAssertion.NameID {
    init(_ element: XMLElement) throws(SAMLRefusal) {
        value = try element.plain("NameID")
        format = try element.short("Format")
        nameQualifier = try element.short("NameQualifier")
        spNameQualifier = try element.short("SPNameQualifier")
    }
}

extension SAMLAssertion.Statement {
    init(_ element: XMLElement) throws(SAMLRefusal) {
        sessionIndex = try element.short("SessionIndex")
        sessionNotOnOrAfter = try element.time("SessionNotOnOrAfter")
        guard let instant = try element.time("AuthnInstant") else {
            throw .structure("an AuthnStatement has no AuthnInstant")
        }
        self.instant = instant
        context =
            element.only(SAMLNames.assertion("AuthnContext"))?.only(
                SAMLNames.assertion("AuthnContextClassRef"))?.text
    }
}

extension XMLElement {
    func all(_ local: String) -> [XMLElement] { elements(SAMLNames.assertion(local)) }

    /// The one element of a name of SAML's.
    func needed(_ local: String) throws(SAMLRefusal) -> XMLElement {
        guard let element = only(SAMLNames.assertion(local)) else {
            throw .structure("there is not exactly one \(local)")
        }
        return element
    }

    /// Its text, all of it, with no element in it.
    func plain(_ what: String) throws(SAMLRefusal) -> String {
        guard let text, (1...SAMLLimits.valueBytesMax).contains(text.utf8.count) else {
            throw .structure("\(what) is not plain text of 1 to \(SAMLLimits.valueBytesMax) bytes")
        }
        return text
    }

    /// A value's text; nil for one that is no plain text, such as a NameID within it.
    fileprivate var attributeText: String? {
        text.flatMap { $0.utf8.count <= SAMLLimits.valueBytesMax ? $0 : nil }
    }

    /// An attribute that is kept; nil where it is not there.
    func short(_ name: String) throws(SAMLRefusal) -> String? {
        guard let text = attribute(name) else { return nil }
        guard text.utf8.count <= SAMLLimits.valueBytesMax else {
            throw .structure("\(name) is longer than \(SAMLLimits.valueBytesMax) bytes")
        }
        return text
    }

    /// A moment that an attribute names; nil where it is not there.
    func time(_ name: String) throws(SAMLRefusal) -> Int64? {
        guard let text = attribute(name) else { return nil }
        guard let seconds = SAMLTime.seconds(text) else { throw .structure("\(name) is no moment") }
        return seconds
    }

    /// A duration that an attribute names; nil where it is not there.
    func duration(_ name: String) throws(SAMLRefusal) -> Int64? {
        guard let text = attribute(name) else { return nil }
        guard let seconds = SAMLDuration.seconds(text) else {
            throw .structure("\(name) is no duration")
        }
        return seconds
    }
}
