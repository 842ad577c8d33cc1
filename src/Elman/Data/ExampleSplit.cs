namespace Elman;

/// <summary>Numbered examples cut into those to train on and those that are held out; which, follows from the seed.</summary>
/// <param name="Training">Numbers of the examples to train on, ascending.</param>
/// <param name="Held">Numbers of the examples held out, ascending.</param>
public sealed record ExampleSplit(IReadOnlyList<int> Training, IReadOnlyList<int> Held)
{
    /// <summary>Tells the random numbers from those that the same seed gives to others: "SPLT".</summary>
    private const ulong Purpose = 0x5350_4C54ul << 32;

    /// <summary>Holds out a share of the examples.</summary>
    /// <param name="count">The number of examples.</param>
    /// <param name="share">The share to hold out, rounded; one example at least stays for the training.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public static ExampleSplit Random(int count, double share, ulong seed) => Stratified(new int[count], share, seed);

    /// <summary>Holds out a share of the examples of each class; of a class with one example, none.</summary>
    /// <param name="classes">The class of each example.</param>
    /// <param name="share">The share to hold out of each, rounded; one example at least stays for the training.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public static ExampleSplit Stratified<TClass>(IReadOnlyList<TClass> classes, double share, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (share is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "the share must lie between 0 and 1");
        RandomStream random = new(seed, Purpose);
        List<int> held = [];
        foreach (IGrouping<TClass, int> members in Enumerable.Range(0, classes.Count).GroupBy(number => classes[number]))
        {
            int[] numbers = [.. members];
            random.Shuffle<int>(numbers);
            held.AddRange(numbers.Take(Math.Min((int)Math.Round(share * numbers.Length), numbers.Length - 1)));
        }
        held.Sort();
        HashSet<int> apart = [.. held];
        return new ExampleSplit([.. Enumerable.Range(0, classes.Count).Where(number => !apart.Contains(number))], held);
    }
}
