using System.Numerics.Tensors;
using Elman.Kernels;

namespace Elman;

/// <summary>
/// Forward and backward sums of a linear chain over one sequence. A step is a product of a row with the matrix e^A, each row scaled to a
/// sum or maximum of 1 (Rabiner
/// 1989, section V.A): C² multiply-adds instead of as many exponentials. Products below 2⁻⁶³ count as 0. Where less than 10⁻⁹ of the mass
/// that there could be is left
/// at a step, what was so lost could matter; then, and for impossible sequences, the caller goes through <see cref="LogForwardBackward"/>.
/// </summary>
internal static class ForwardBackward
{
    private const double LeastMass = 1e-9;

    /// <summary>e^(x − max x), flushed; returns the maximum, or 0 where it is −∞.</summary>
    public static float Exp(ReadOnlySpan<float> x, Span<float> result)
    {
        float top = TensorPrimitives.Max(x);
        if (top == float.NegativeInfinity)
        {
            result.Clear();
            return 0;
        }
        TensorPrimitives.Subtract(x, top, result);
        VectorMath.Exp(result, result);
        Denormals.Flush(result);
        return top;
    }

    /// <summary>Runs both passes.</summary>
    /// <param name="weights">Start, end and moves.</param>
    /// <param name="emissions">E [L, C], L at least 1.</param>
    /// <param name="chain">Receives what was found.</param>
    /// <returns>Whether the sums are right.</returns>
    public static bool TryRun(CrfWeights weights, ReadOnlySpan<float> emissions, in Chain chain)
    {
        int classes = weights.Classes, steps = chain.Steps;
        double logSum = 0;
        for (int step = 0; step < steps; step++)
        {
            Span<float> e = chain.Exp.Slice(step * classes, classes), alpha = chain.Alpha.Slice(step * classes, classes);
            float top = Exp(emissions.Slice(step * classes, classes), e);
            if (step > 0) MatrixProduct.Multiply(1, chain.Alpha[((step - 1) * classes)..], classes, 1, weights.Forward, default, 0, alpha, classes);
            TensorPrimitives.Multiply(step == 0 ? weights.ExpStart : alpha, e, alpha);
            double sum = Summation.Of(alpha);
            if (!(sum >= LeastMass)) return false;
            TensorPrimitives.Multiply(alpha, (float)(1 / sum), alpha);
            Denormals.Flush(alpha);
            chain.Sums[step] = sum;
            logSum += chain.LogScales[step] = Math.Log(sum) + top + (step == 0 ? weights.TopStart : weights.Top);
        }
        double end = Summation.OfProducts(chain.Alpha.Slice((steps - 1) * classes, classes), weights.ExpEnd);
        chain.LogPartition[0] = logSum + Math.Log(end) + weights.TopEnd;
        return end >= LeastMass && Backward(weights, chain);
    }

    private static bool Backward(CrfWeights weights, in Chain chain)
    {
        int classes = weights.Classes;
        for (int step = chain.Steps - 1; step >= 0; step--)
        {
            Span<float> beta = chain.Beta.Slice(step * classes, classes), marginal = chain.Marginals.Slice(step * classes, classes);
            ReadOnlySpan<float> alpha = chain.Alpha.Slice(step * classes, classes);
            if (step == chain.Steps - 1) weights.ExpEnd.CopyTo(beta);
            else
            {
                int next = (step + 1) * classes;
                // The marginals of this step are not there yet: their place serves for the product.
                TensorPrimitives.Multiply(chain.Exp.Slice(next, classes), chain.Beta.Slice(next, classes), marginal);
                Denormals.Flush(marginal);
                MatrixProduct.Multiply(1, marginal, classes, 1, weights.Backward, default, 0, beta, classes);
                float top = TensorPrimitives.Max<float>(beta);
                if (!(top > 0)) return false;
                TensorPrimitives.Divide(beta, top, beta);
                Denormals.Flush(beta);
            }
            double meeting = Summation.OfProducts(alpha, beta);
            if (!(meeting * chain.Sums[step] >= LeastMass)) return false;
            chain.Meetings[step] = meeting;
            TensorPrimitives.Multiply(alpha, beta, marginal);
            TensorPrimitives.Multiply(marginal, (float)(1 / meeting), marginal);
        }
        return true;
    }

    /// <summary>Adds to <paramref name="pairs"/> [C, C] how often each move is expected: Σ_t P(y_{t−1} = i, y_t = j).</summary>
    /// <param name="weights">Of the run.</param>
    /// <param name="chain">What <see cref="TryRun"/> found; its exponentials are used up.</param>
    /// <param name="scratch">[C, C]</param>
    /// <param name="pairs">The sums.</param>
    public static void AddPairs(CrfWeights weights, in Chain chain, Span<float> scratch, Span<float> pairs)
    {
        int classes = weights.Classes, moves = chain.Steps - 1;
        if (moves < 1) return;
        for (int step = 1; step <= moves; step++)
        {
            Span<float> e = chain.Exp.Slice(step * classes, classes);
            TensorPrimitives.Multiply(e, chain.Beta.Slice(step * classes, classes), e);
            TensorPrimitives.Multiply(e, (float)(1 / (chain.Sums[step] * chain.Meetings[step])), e);
        }
        PackedMatrix ahead = RowProduct.Scratch.Pack(chain.Exp[classes..], moves, classes, classes, 1);
        MatrixProduct.Multiply(classes, chain.Alpha, 1, classes, ahead, default, 0, scratch, classes);
        TensorPrimitives.MultiplyAdd(scratch, weights.ExpTransitions, pairs, pairs);
    }

    /// <summary>What the passes leave of one sequence.</summary>
    /// <param name="steps">L, at least 1.</param>
    public readonly ref struct Chain(int steps, Span<float> alpha, Span<float> beta, Span<float> exp, Span<float> marginals, Span<double> numbers)
    {
        /// <summary>Numbers in double precision that L steps need.</summary>
        public static int Numbers(int steps) => (3 * steps) + 1;

        public int Steps => steps;

        /// <summary>P(y_t | what came up to t) [L, C].</summary>
        public Span<float> Alpha { get; } = alpha;

        /// <summary>In proportion to the probability of what comes after t; the largest is 1, but at the last step [L, C].</summary>
        public Span<float> Beta { get; } = beta;

        /// <summary>e^(E − largest of the step) [L, C].</summary>
        public Span<float> Exp { get; } = exp;

        /// <summary>P(y_t = j) [L, C].</summary>
        public Span<float> Marginals { get; } = marginals;

        /// <summary>log Z.</summary>
        public Span<double> LogPartition { get; } = numbers[..1];

        /// <summary>
        /// The sum by which each step's alpha was divided, and its logarithm with what was left out of the exponents [L].
        /// </summary>
        public Span<double> Sums { get; } = numbers.Slice(1, steps);

        /// <inheritdoc cref="Sums"/>
        public Span<double> LogScales { get; } = numbers.Slice(1 + steps, steps);

        /// <summary>Σ_j alpha·beta of each step [L].</summary>
        public Span<double> Meetings { get; } = numbers.Slice(1 + (2 * steps), steps);
    }
}
