using System.Text;
using CsCheck;

namespace Elman.Tests.Data.Text;

public class TokensTests
{
    [Theory]
    [InlineData("Don't stop, O’Brien!", "Don't|stop|,|O’Brien|!")]
    [InlineData("a well-known fact - really", "a|well-known|fact|-|really")]
    [InlineData("3.14 of 1,000 at 7:30 on 2021-01-31.", "3.14|of|1,000|at|7:30|on|2021-01-31|.")]
    [InlineData("the U.S. and e.g. snake_case", "the|U.S|.|and|e.g|.|snake_case")]
    [InlineData("'quoted' (x) a/b c&d", "'|quoted|'|(|x|)|a|/|b|c|&|d")]
    [InlineData("$5 50% #tag @you", "$|5|50|%|#|tag|@|you")]
    [InlineData("東京は雨です。OK", "東|京|は|雨|で|す|。|OK")]
    [InlineData("กินข้าว", "กิ|น|ข้|า|ว")]
    [InlineData("서울은 좋다", "서울은|좋다")]
    [InlineData("cafe\u0301 nai\u0308ve", "café|naïve")]
    [InlineData("हिन्दी में", "हिन्दी|में")]
    [InlineData("می\u200Cخواهم", "می\u200Cخواهم")]
    [InlineData("👍🏽👨‍👩‍👧🇨🇭", "👍🏽|👨‍👩‍👧|🇨🇭")]
    [InlineData("\uFEFF a\u200Bb\t\u00A0\u2028", "a|b")]
    [InlineData("wait... what?!", "wait|.|.|.|what|?|!")]
    [InlineData("", "")]
    [InlineData(" \n", "")]
    public void Words_end_where_a_reader_ends_them(string text, string expected) =>
        Assert.Equal(expected.Length == 0 ? [] : expected.Split('|'), Tokens.Of(text, TextUnit.Word));

    [Fact]
    public void Characters_are_scalar_values_of_the_composed_form() =>
        Assert.Equal(["e", "é", "𝄞", "한", "\uFFFD"], Tokens.Of("ee\u0301𝄞\u1112\u1161\u11AB\uD800", TextUnit.Character));

    [Fact]
    public void Bytes_are_those_of_Utf8_as_hexadecimal_digits() =>
        Assert.Equal(["61", "c3", "a9", "f0", "9f", "91", "8d"], Tokens.Of("ae\u0301👍", TextUnit.Byte));

    [Fact]
    public void Places_count_in_the_text_as_it_was_given()
    {
        const string text = " cafe\u0301, 東京";
        Assert.Equal([new Token("café", 1, 5), new(",", 6, 1), new("東", 8, 1), new("京", 9, 1)], Tokens.Find(text, TextUnit.Word));
        Assert.Equal([new Token("x", 0, 1), new("é", 1, 2), new("👍", 3, 2)], Tokens.Find("xe\u0301👍", TextUnit.Character));
        Assert.Equal([new Token("c3", 0, 2), new("a9", 0, 2), new("78", 2, 1)], Tokens.Find("e\u0301x", TextUnit.Byte));
    }

    /// <summary>Whatever the text: words leave out spaces only, characters nothing, and places ascend.</summary>
    [Fact]
    public void Nothing_is_lost() =>
        Gen.OneOf(Gen.Char['\0', '\u024F'], Gen.Char, Gen.Int[0, 10].Select(i => "\u0301\u0323한\u1161é'-.東\uD83D\uDC4D"[i])).Array[0, 12].Sample(units =>
        {
            string text = new(units), composed = Tokens.Composed(text);
            Assert.Equal(composed, string.Concat(Tokens.Of(text, TextUnit.Character)));
            Assert.Equal(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(composed)), string.Concat(Tokens.Of(text, TextUnit.Byte)));
            foreach (TextUnit unit in Enum.GetValues<TextUnit>())
            {
                int end = 0;
                foreach (Token token in Tokens.Find(text, unit))
                {
                    Assert.True(token.Start >= end || unit != TextUnit.Word);
                    Assert.InRange(token.Start + token.Length, end, text.Length);
                    if (unit == TextUnit.Word) Assert.Equal(Tokens.Composed(text.Substring(token.Start, token.Length)), token.Text);
                    end = token.Start + token.Length;
                }
            }
        }, iter: 20_000);
}
