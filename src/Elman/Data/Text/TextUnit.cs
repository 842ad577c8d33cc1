namespace Elman;

/// <summary>What a text is cut into.</summary>
public enum TextUnit
{
    /// <summary>Words; punctuation and symbols each alone; scripts that are written without spaces by character.</summary>
    Word,

    /// <summary>
    /// Unicode scalar values of the composed form: their number is bounded and does not depend on a version of Unicode, as that of
    /// user-perceived characters does,
    /// and a rare combination of known marks is still made of known characters.
    /// </summary>
    Character,

    /// <summary>The bytes of UTF-8, each written as two hexadecimal digits.</summary>
    Byte,
}
