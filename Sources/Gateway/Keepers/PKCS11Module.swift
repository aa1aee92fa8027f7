internal import CPKCS11
internal import Glibc
internal import PKI

/// A PKCS#11 module that was loaded into this process, to stay.
struct PKCS11Module: Sendable {
    /// Where its list of functions is: a number, since it is the module's own for as long as the process lives.
    private let list: UInt

    /// Loads it.
    ///
    /// - Throws: `PKIError.unusableFiles` where the file is none.
    init(_ path: String) throws(PKIError) {
        guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
            throw .unusableFiles(
                "\(ConfigurationName.pkcs11Module): \(path) can't be loaded: \(reason)")
        }
        typealias GetList =
            @convention(c) (UnsafeMutablePointer<UnsafeMutablePointer<CK_FUNCTION_LIST>?>?) -> CK_RV
        var functions: UnsafeMutablePointer<CK_FUNCTION_LIST>?
        guard let symbol = dlsym(handle, "C_GetFunctionList"),
            unsafeBitCast(symbol, to: GetList.self)(&functions) == CKR_OK, let functions
        else {
            throw .unusableFiles("\(ConfigurationName.pkcs11Module): \(path) is no PKCS#11 module")
        }
        list = UInt(bitPattern: functions)
    }

    /// Calls a function of it.
    ///
    /// - Throws: ``PKCS11Fault`` for any answer but CKR_OK.
    func call(
        _ name: String, _ body: (UnsafePointer<CK_FUNCTION_LIST>) -> CK_RV?
    ) throws(PKCS11Fault) {
        let functions = UnsafePointer<CK_FUNCTION_LIST>(bitPattern: list)
        let code = functions.flatMap(body) ?? CKR_FUNCTION_NOT_SUPPORTED
        guard code == CKR_OK else { throw PKCS11Fault(function: name, code: code) }
    }
}

/// One attribute of a template.
struct PKCS11Attribute {
    let type: CK_ATTRIBUTE_TYPE
    let bytes: [UInt8]

    init(_ type: CK_ATTRIBUTE_TYPE, _ bytes: [UInt8]) {
        self.type = type
        self.bytes = bytes
    }

    init(_ type: CK_ATTRIBUTE_TYPE, _ number: CK_ULONG) {
        self.init(type, withUnsafeBytes(of: number) { Array($0) })
    }

    init(_ type: CK_ATTRIBUTE_TYPE, _ flag: Bool) {
        self.init(type, [flag ? 1 : 0])
    }
}

extension [PKCS11Attribute] {
    /// The template as functions take it, for the length of a call; they may write into it.
    ///
    /// - Returns: What the values are afterwards, cut to the lengths that were written.
    func withTemplate(
        _ body: (UnsafeMutablePointer<CK_ATTRIBUTE>?, CK_ULONG) throws(PKCS11Fault) -> Void
    ) throws(PKCS11Fault) -> [[UInt8]] {
        var bytes = flatMap(\.bytes)
        let result: Result<[Int], PKCS11Fault> = bytes.withUnsafeMutableBytes { buffer in
            var start = 0
            var template = map { attribute in
                defer { start += attribute.bytes.count }
                return CK_ATTRIBUTE(
                    type: attribute.type, pValue: buffer.baseAddress.map { $0 + start },
                    ulValueLen: CK_ULONG(attribute.bytes.count))
            }
            let count = CK_ULONG(template.count)
            return template.withUnsafeMutableBufferPointer { template in
                do throws(PKCS11Fault) {
                    try body(template.baseAddress, count)
                    return .success(
                        zip(self, template).map {
                            Swift.min($0.bytes.count, Int(clamping: $1.ulValueLen))
                        })
                } catch {
                    return .failure(error)
                }
            }
        }
        var start = 0
        return zip(self, try result.get()).map { attribute, length in
            defer { start += attribute.bytes.count }
            return [UInt8](bytes[start..<start + length])
        }
    }
}
