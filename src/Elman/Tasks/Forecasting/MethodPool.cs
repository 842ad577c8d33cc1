using System.Globalization;

namespace Elman;

/// <summary>The simple methods that are tried on a data set.</summary>
internal static class MethodPool
{
    /// <summary>The longest context of a linear autoregression.</summary>
    private const int LongestContext = 420;

    /// <summary>All methods that the longest series can carry.</summary>
    /// <param name="seasons">Rows of the seasons, ascending.</param>
    /// <param name="longest">Rows of the longest series.</param>
    /// <param name="count">How many series there are.</param>
    /// <param name="positive">Whether all values are above zero, so that they have logarithms.</param>
    public static SimpleMethod[] For(int[] seasons, int longest, int count, bool positive)
    {
        int[] usable = [.. seasons.Where(season => longest >= 2 * season + 2)];
        List<SimpleMethod> methods = [new LastValue()];
        List<SimpleMethod> scaled = [new ExponentialSmoothing([], trend: false), new ExponentialSmoothing([], trend: true), new DriftSmoothing([])];
        foreach (int season in usable)
        {
            methods.Add(SeasonalMean.Naive(season));
            if (longest >= 4 * season) scaled.Add(SeasonalMean.Smooth(season));
            if (season > 400) continue;
            scaled.Add(new ExponentialSmoothing([season], trend: false));
            scaled.Add(new ExponentialSmoothing([season], trend: true));
            scaled.Add(new DriftSmoothing([season]));
        }
        if (usable.Length == 2 && longest >= 3 * usable[1]) scaled.Add(new ExponentialSmoothing(usable, trend: true));
        foreach (int context in Contexts(usable, longest))
        {
            if (longest >= 5 * context) scaled.Add(new LinearAutoregression(context, shared: false));
            if (count > 1) scaled.Add(new LinearAutoregression(context, shared: true));
        }
        methods.AddRange(scaled);
        if (positive) methods.AddRange(scaled.Select(method => new LogMethod(method)));
        return [.. methods];
    }

    /// <summary>The method of a <see cref="SimpleMethod.Key"/>.</summary>
    /// <exception cref="FormatException">There is none.</exception>
    public static SimpleMethod Parse(string key)
    {
        string[] words = key.Split(' ');
        int[] numbers = [.. words.Skip(1).Where(word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 1 and < 100_000)
            .Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
        if (words[0] != "log" && numbers.Length != words.Length - 1) throw new FormatException($"there is no method '{key}'");
        return (words[0], numbers.Length) switch
        {
            ("log", _) when words.Length > 1 && words[1] != "log" => new LogMethod(Parse(key[4..])),
            ("last", 0) => new LastValue(),
            ("naive", 1) => SeasonalMean.Naive(numbers[0]),
            ("mean", 1) => SeasonalMean.Smooth(numbers[0]),
            ("level", <= 2) => new ExponentialSmoothing(numbers, trend: false),
            ("trend", <= 2) => new ExponentialSmoothing(numbers, trend: true),
            ("theta", <= 1) => new DriftSmoothing(numbers),
            ("linear", 1) => new LinearAutoregression(numbers[0], shared: false),
            ("shared", 1) => new LinearAutoregression(numbers[0], shared: true),
            _ => throw new FormatException($"there is no method '{key}'"),
        };
    }

    private static IEnumerable<int> Contexts(int[] seasons, int longest)
    {
        int[] wanted = seasons switch
        {
            [] => [8, 24],
            [int one] => [Math.Min(2 * one + 2, LongestContext), Math.Min(4 * one, LongestContext)],
            [int one, int two, ..] => [Math.Min(2 * one, LongestContext), Math.Min(two + one, LongestContext)],
        };
        return wanted.Distinct().Where(context => longest >= 2 * context);
    }
}
